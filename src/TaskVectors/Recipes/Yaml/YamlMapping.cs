using System.Collections.Immutable;

namespace TaskVectors.Recipes.Yaml;

/// <summary>Keys with values, in the order written; merge keys are resolved and every key occurs once.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Column">The column it begins at, from 1.</param>
/// <param name="Entries">The keys with their values.</param>
/// <param name="Size">How many nodes it stands for when every alias is written out, itself included.</param>
public sealed record YamlMapping(int Line, int Column, ImmutableArray<YamlEntry> Entries, long Size) : YamlNode(Line, Column, Size)
{
    /// <inheritdoc/>
    public override string Description => "a mapping";

    /// <summary>The entry of a key, or <see langword="null"/>.</summary>
    /// <param name="name">The key.</param>
    public YamlEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    /// <summary>Reports every key that is not among those known, with a suggestion.</summary>
    /// <param name="title">What the mapping is, as a message begins.</param>
    /// <param name="known">The keys it may have.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="hint">What more to say of an unknown key, or <see langword="null"/>.</param>
    public void RequireKnownKeys(string title, IReadOnlyCollection<string> known, RecipeProblems problems, Func<string, string?>? hint = null)
    {
        ArgumentNullException.ThrowIfNull(problems);
        foreach (YamlEntry entry in Entries.Where(entry => !known.Contains(entry.Name, StringComparer.Ordinal)))
        {
            string advice = hint?.Invoke(entry.Name) ?? $"{SimilarNames.Question(entry.Name, known)} Its keys are {string.Join(", ", known)}.";
            problems.Error(entry.Key, $"{title} has no key '{entry.Name}'.{advice}");
        }
    }
}
