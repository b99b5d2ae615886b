using System.Collections.Immutable;

namespace TaskVectors.Recipes.Yaml;

/// <summary>Keys with values, in the order written; merge keys are resolved and every key occurs once.</summary>
internal sealed record YamlMapping(int Line, int Column, ImmutableArray<YamlEntry> Entries, long Size) : YamlNode(Line, Column, Size)
{
    /// <inheritdoc/>
    public override string Description => "a mapping";

    /// <summary>The entry of a key, or <see langword="null"/>.</summary>
    public YamlEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);
}
