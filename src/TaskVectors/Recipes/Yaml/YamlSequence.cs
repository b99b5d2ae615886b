using System.Collections.Immutable;

namespace TaskVectors.Recipes.Yaml;

/// <summary>A list of values.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Column">The column it begins at, from 1.</param>
/// <param name="Items">The values.</param>
/// <param name="Size">How many nodes it stands for when every alias is written out, itself included.</param>
public sealed record YamlSequence(int Line, int Column, ImmutableArray<YamlNode> Items, long Size) : YamlNode(Line, Column, Size)
{
    /// <inheritdoc/>
    public override string Description => "a list";
}
