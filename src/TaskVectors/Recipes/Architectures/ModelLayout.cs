using System.Collections.Immutable;
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

    /// <summary>The stacks that recipes slice without naming a module: that of the language model in a multi-modal one, else all.</summary>
    public IReadOnlyDictionary<string, int> MainStacks => MainOf(_counts);

    /// <summary>The number of layers, where there is one stack to slice.</summary>
    public int? LayerCount => MainStacks.Count == 1 ? MainStacks.Values.First() : null;

    /// <summary>Reads the layout.</summary>
    public static ModelLayout Of(IEnumerable<string> names, ModelConfig config)
    {
        var layout = new ModelLayout(ArchitectureFamilies.Find(config.ModelType));
        foreach (LayerName parsed in names.Select(name => Parse(layout.Canonical(name))).OfType<LayerName>())
        {
            layout._counts[parsed.Stack] = Math.Max(layout._counts.GetValueOrDefault(parsed.Stack), parsed.Layer + 1);
        }

        return layout;
    }

    /// <summary>Those modules of the family that some of these names belong to; where the family is unknown, those that the names show.</summary>
    public ImmutableArray<ArchitectureModule> ModulesAmong(IReadOnlyCollection<string> names)
    {
        ImmutableArray<ArchitectureModule> known = _family.ModelTypes.IsEmpty ? ArchitectureFamilies.ModulesOf(names) : _family.Modules;
        return [.. known.Where(module => module.Prefixes.Any(prefix => names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))))];
    }

    /// <summary>Takes the name of a tensor of a layer apart; <see langword="null"/> for tensors of no layer.</summary>
    public static LayerName? Parse(string name)
    {
        Match match = LayerPattern().Match(name);
        if (!match.Success || !int.TryParse(match.Groups["layer"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) || layer > 100_000)
        {
            return null;
        }

        return new LayerName(match.Groups["stack"].Value, layer, match.Groups["rest"].Value);
    }

    /// <summary>Those of some stacks that recipes slice: the family's, where some are, else all of them.</summary>
    public IReadOnlyDictionary<string, int> MainOf(IReadOnlyDictionary<string, int> stacks)
    {
        var main = stacks.Where(stack => _family.Layers.Contains(stack.Key)).ToDictionary(StringComparer.Ordinal);
        return main.Count > 0 ? main : stacks;
    }

    /// <summary>
    /// Whether a tensor that is in no layer of a stack comes before it, as embeddings do, and other modules as wholes; norms and heads come after.
    /// </summary>
    /// <param name="name">The tensor.</param>
    /// <param name="stack">The stack, or <see langword="null"/> where there is none.</param>
    public bool IsBefore(string name, string? stack)
    {
        ArchitectureModule? own = ModuleOf(name);
        if (own is not null && stack is not null && ModuleOf(stack + ".") is { } sliced && own != sliced)
        {
            return true;
        }

        string[] parts = name.Split('.');
        return parts.Any(part => FirstNames.Contains(part) || (part.Contains("emb", StringComparison.Ordinal) && part != "embed_out"));
    }

    private ArchitectureModule? ModuleOf(string name) => _family.Modules
        .Select(module => (Module: module, Length: module.Prefixes.Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).Select(prefix => prefix.Length).DefaultIfEmpty().Max()))
        .Where(pair => pair.Length > 0)
        .OrderByDescending(pair => pair.Length)
        .Select(pair => pair.Module)
        .FirstOrDefault();

    /// <summary>The name that results give to a tensor: with the family's prefix.</summary>
    public string Canonical(string name) =>
        _family.Prefix.Length == 0 || name.StartsWith(_family.Prefix, StringComparison.Ordinal) || name.StartsWith("lm_head", StringComparison.Ordinal)
            ? name
            : _family.Prefix + name;

    /// <summary>Whether a tensor is a buffer that is no weight.</summary>
    public bool IsBuffer(string name) => _family.Buffers.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?<stack>(?:[^.]+\.)*?(?:layers|layer|h|blocks|block|resblocks|conformer))\.(?<layer>\d+)\.(?<rest>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LayerPattern();
}
