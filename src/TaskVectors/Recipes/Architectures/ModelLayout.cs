using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskVectors.Recipes.Architectures;

/// <summary>
/// How the tensors of a model lie over its depth, read from their names: which stacks of layers there are, and what comes before and after.
/// </summary>
internal sealed partial class ModelLayout
{
    private static readonly string[] FirstNames = ["wte", "wpe", "shared", "cls_token", "pos_embed"];

    private readonly ArchitectureFamily _family;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    private ModelLayout(ArchitectureFamily family) => _family = family;

    /// <summary>The number of layers of each stack.</summary>
    public IReadOnlyDictionary<string, int> Stacks => _counts;

    /// <summary>The number of layers, where the model has one stack.</summary>
    public int? LayerCount => _counts.Count == 1 ? _counts.Values.First() : null;

    /// <summary>Reads the layout.</summary>
    public static ModelLayout Of(IEnumerable<string> names, ModelConfig config)
    {
        string[] all = [.. names];
        ArchitectureFamily family = ArchitectureFamilies.Find(config.ModelType);
        ModelLayout layout = Of(all, family);
        return layout.Stacks.Count == 0 ? Of(all, family with { Layers = [] }) : layout;
    }

    private static ModelLayout Of(string[] names, ArchitectureFamily family)
    {
        var layout = new ModelLayout(family);
        foreach (LayerName parsed in names.Select(name => layout.Parse(layout.Canonical(name))).OfType<LayerName>())
        {
            layout._counts[parsed.Stack] = Math.Max(layout._counts.GetValueOrDefault(parsed.Stack), parsed.Layer + 1);
        }

        return layout;
    }

    /// <summary>Takes the name of a tensor of a layer apart; <see langword="null"/> for tensors of no layer.</summary>
    public LayerName? Parse(string name)
    {
        Match match = LayerPattern().Match(name);
        if (!match.Success || !int.TryParse(match.Groups["layer"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) || layer > 100_000)
        {
            return null;
        }

        string stack = match.Groups["stack"].Value;
        return _family.Layers.IsEmpty || _family.Layers.Contains(stack) ? new LayerName(stack, layer, match.Groups["rest"].Value) : null;
    }

    /// <summary>Whether a tensor of no layer comes before the layers, as embeddings do; norms and heads come after.</summary>
    public static bool IsBeforeLayers(string name)
    {
        string[] parts = name.Split('.');
        return parts.Any(part => FirstNames.Contains(part) || (part.Contains("emb", StringComparison.Ordinal) && part != "embed_out"));
    }

    /// <summary>The name that results give to a tensor: with the family's prefix.</summary>
    public string Canonical(string name) =>
        _family.Prefix.Length == 0 || name.StartsWith(_family.Prefix, StringComparison.Ordinal) || name.StartsWith("lm_head", StringComparison.Ordinal)
            ? name
            : _family.Prefix + name;

    /// <summary>Whether a tensor is a buffer that is no weight.</summary>
    public bool IsBuffer(string name) => _family.Buffers.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?<stack>(?:[^.]+\.)*?(?:layers|layer|h|blocks|block))\.(?<layer>\d+)\.(?<rest>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LayerPattern();
}
