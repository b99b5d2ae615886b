using System.Diagnostics.CodeAnalysis;
using TaskVectors.Algebra;

namespace TaskVectors.Decomposition;

/// <summary>Named choices of tensors, by the names that common architectures give them.</summary>
public static class TensorPresets
{
    private static readonly string[] Embeddings =
        ["*embed*", "*wte*", "*wpe*", "shared.weight", "*relative_attention_bias*", "*cls_token*", "*time_embed*"];

    private static readonly string[] Heads =
    [
        "*lm_head*", "*classifier*", "head*", "*.head.*", "*heads.*", "score.*",
        "*text_projection*", "*visual_projection*", "visual.proj", "*pooler*",
    ];

    private static readonly string[] AttentionNames =
    [
        "*attn*", "*attention*", "*SelfAttention*",
        "*q_proj*", "*k_proj*", "*v_proj*", "*o_proj*", "*to_q*", "*to_k*", "*to_v*", "*to_out*",
    ];

    private static readonly string[] MlpNames =
    [
        "*mlp*", "*feed_forward*", "*ffn*", "*.ff.*", "*intermediate.dense*", "*output.dense*", "*fc1*", "*fc2*", "*DenseRelu*",
        "*gate_proj*", "*up_proj*", "*down_proj*", "*.w1.*", "*.w2.*", "*.w3.*",
    ];

    private static readonly Dictionary<string, TensorFilter> Registry = new(StringComparer.Ordinal)
    {
        ["matrices"] = Filter([], [.. Embeddings, .. Heads]),
        ["attention"] = Filter(AttentionNames, [.. Embeddings, .. Heads]),
        ["mlp"] = Filter(MlpNames, [.. AttentionNames, .. Embeddings, .. Heads]),
    };

    /// <summary>The names of the presets.</summary>
    public static IReadOnlyCollection<string> Names => Registry.Keys;

    /// <summary>Every matrix but embeddings and heads: the default of a decomposition.</summary>
    public static TensorFilter Matrices => Registry["matrices"];

    /// <summary>Finds a preset: <c>matrices</c>, <c>attention</c> or <c>mlp</c>.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out TensorFilter? filter) => Registry.TryGetValue(name, out filter);

    /// <summary>The patterns of a filter that are not those of a preset: a user's own.</summary>
    internal static IEnumerable<NamePattern> OwnPatterns(TensorFilter filter)
    {
        HashSet<NamePattern> known = [.. Registry.Values.SelectMany(preset => preset.Include.Concat(preset.Exclude))];
        return filter.Include.Concat(filter.Exclude).Where(pattern => !known.Contains(pattern));
    }

    private static TensorFilter Filter(IEnumerable<string> include, IEnumerable<string> exclude) =>
        new([.. include.Select(NamePattern.FromString)], [.. exclude.Select(NamePattern.FromString)]);
}
