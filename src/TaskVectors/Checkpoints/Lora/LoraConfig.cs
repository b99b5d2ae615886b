using System.Collections.Immutable;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>What an <c>adapter_config.json</c> says that matters for the merged weights.</summary>
internal sealed record LoraConfig
{
    /// <summary>The full path of the configuration.</summary>
    public required string File { get; init; }

    /// <summary>The rank <c>r</c> where no pattern applies.</summary>
    public required int Rank { get; init; }

    /// <summary><c>lora_alpha</c> where no pattern applies; any finite number.</summary>
    public required double Alpha { get; init; }

    /// <summary>Ranks by pattern, in the order of the file; the first match decides.</summary>
    public ImmutableArray<(ModulePattern Pattern, double Value)> RankPatterns { get; init; } = [];

    /// <summary>Alphas by pattern, in the order of the file; the first match decides.</summary>
    public ImmutableArray<(ModulePattern Pattern, double Value)> AlphaPatterns { get; init; } = [];

    /// <summary>Whether the scale is alpha / sqrt(r) in place of alpha / r.</summary>
    public bool UsesRankStabilisedScale { get; init; }

    /// <summary>Whether modules have magnitudes (DoRA).</summary>
    public bool UsesDora { get; init; }

    /// <summary>Whether weights are stored as [in, out], as GPT-2's are.</summary>
    public bool IsFanInFanOut { get; init; }

    /// <summary>Whether trained biases are in the file: <c>bias</c> is not <c>none</c>.</summary>
    public bool StoresBiases { get; init; }

    /// <summary>Whether B has a bias of its own.</summary>
    public bool HasLoraBias { get; init; }

    /// <summary>Modules of which the file holds full copies.</summary>
    public ImmutableArray<string> ModulesToSave { get; init; } = [];

    /// <summary>Whether the task has a classifier, which is saved without being listed.</summary>
    public bool HasClassifier { get; init; }

    /// <summary>The adapted modules.</summary>
    public required LoraTargets Targets { get; init; }

    /// <summary>The name of the base as the adapter records it, or <see langword="null"/>.</summary>
    public string? BaseName { get; init; }

    /// <summary>The rank of a module.</summary>
    public int RankOf(string module) => (int)FirstMatch(RankPatterns, module, Rank);

    /// <summary>The scale of a module: alpha / r, or alpha / sqrt(r).</summary>
    public double ScaleOf(string module)
    {
        int rank = RankOf(module);
        return FirstMatch(AlphaPatterns, module, Alpha) / (UsesRankStabilisedScale ? Math.Sqrt(rank) : rank);
    }

    private static double FirstMatch(ImmutableArray<(ModulePattern Pattern, double Value)> patterns, string module, double otherwise)
    {
        foreach ((ModulePattern pattern, double value) in patterns)
        {
            if (pattern.Matches(module))
            {
                return value;
            }
        }

        return otherwise;
    }
}
