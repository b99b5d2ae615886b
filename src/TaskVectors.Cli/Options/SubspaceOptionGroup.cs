using System.CommandLine;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Cli.Options;

/// <summary>The options that say what counts as shared.</summary>
internal sealed class SubspaceOptionGroup
{
    private static readonly string[] Switch = ["on", "off"];

    private readonly Option<DecompositionMode?> _mode = OptionFactory.Word<DecompositionMode>(
        "--mode", "How the chain of projections is read. Default: sweep for two dense task vectors, mean else (free of order).");

    private readonly Option<string> _rank = new("--rank")
    {
        HelpName = "RULE",
        Description =
            $"Rank of each task vector's space: {RankRule.Forms}. Default: auto (an adapter's own; 0.2 or 0.3 of the smaller side).",
    };

    private readonly Option<double?> _tau =
        OptionFactory.Number("--tau", "Strictness as published, between 0 and 1, converted for each mode.");

    private readonly Option<double?> _cut = OptionFactory.Number(
        "--cut",
        "The eigenvalue above which a direction is shared. Default: tau 0.85 for two dense vectors; else (1+(k-1)x)/k, x 0.3, adapters 0.1.");

    private readonly Option<string> _sharing = new("--sharing")
    {
        HelpName = "RULE",
        Description = $"Of how many tasks a direction must be part: {Sharing.Forms}. Default: all.",
    };

    private readonly Option<DecompositionSides?> _sides = OptionFactory.Word<DecompositionSides>(
        "--sides", "Which spaces are compared: column (outputs), row (inputs) or both. Default: column.");

    private readonly Option<string> _nullTest = new("--null-test")
    {
        HelpName = "on|off",
        Description = "Whether a direction must also beat the 99th percentile of random subspaces. Default: on.",
    };

    private readonly Option<SpectralPrecision?> _precision = OptionFactory.Word<SpectralPrecision>(
        "--precision", "How singular vectors are found: fast (from Gram matrices, F32 where that is enough) or exact. Default: fast.");

    private readonly Option<ulong?> _seed =
        new("--seed") { HelpName = "NUMBER", Description = "Seed of the random subspaces. Default: 0." };

    public SubspaceOptionGroup() => _ = _nullTest.AcceptOnlyFromAmong(Switch);

    public void AddTo(Command command)
    {
        command.Add(_mode);
        command.Add(_rank);
        command.Add(_tau);
        command.Add(_cut);
        command.Add(_sharing);
        command.Add(_sides);
        command.Add(_nullTest);
        command.Add(_precision);
        command.Add(_seed);
    }

    public SubspaceOptions Bind(ParseResult parsed)
    {
        (double? tau, double? cut) = (parsed.GetValue(_tau), parsed.GetValue(_cut));
        if (tau is not null && cut is not null)
        {
            throw new UsageException("--tau and --cut say the same thing twice; give one of them.");
        }

        SubspaceOptions options = SubspaceOptions.Default;
        return options with
        {
            Mode = parsed.GetValue(_mode),
            Rank = parsed.GetValue(_rank) is { } rank ? RankRule.Parse(rank) : options.Rank,
            Tau = tau,
            Cut = cut,
            Sharing = parsed.GetValue(_sharing) is { } sharing ? Sharing.Parse(sharing) : options.Sharing,
            Sides = parsed.GetValue(_sides) ?? options.Sides,
            NullTest = parsed.GetValue(_nullTest) != "off",
            Precision = parsed.GetValue(_precision) ?? options.Precision,
            Seed = parsed.GetValue(_seed) ?? options.Seed,
        };
    }
}
