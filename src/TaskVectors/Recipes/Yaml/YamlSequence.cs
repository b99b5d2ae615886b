using System.Collections.Immutable;

namespace TaskVectors.Recipes.Yaml;

/// <summary>A list of values.</summary>
internal sealed record YamlSequence(int Line, int Column, ImmutableArray<YamlNode> Items, long Size) : YamlNode(Line, Column, Size)
{
    /// <inheritdoc/>
    public override string Description => "a list";
}
