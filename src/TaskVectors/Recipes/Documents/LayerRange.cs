using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>The layers [First, End) of a model.</summary>
internal sealed record LayerRange(YamlNode Node, int First, int End)
{
    public int Count => End - First;

    public override string ToString() => FormattableString.Invariant($"[{First}, {End})");
}
