using System.Collections.Immutable;

namespace TaskVectors.Execution.Manifests;

/// <summary>The recipe that an output was made by: its text, and what it came to mean.</summary>
public sealed record ManifestRecipe
{
    /// <summary>The name of its file.</summary>
    public required string Name { get; init; }

    /// <summary>The text of the file.</summary>
    public required string Text { get; init; }

    /// <summary>Where each model that the text names was, by the reference in the text.</summary>
    public required ImmutableSortedDictionary<string, string> Models { get; init; }

    /// <summary>The merges it stands for, in the order in which they build on each other.</summary>
    public required ImmutableArray<ManifestMerge> Merges { get; init; }
}
