using System.Collections.Immutable;

namespace TaskVectors.Recipes;

/// <summary>How a recipe is read. Immutable.</summary>
public sealed record RecipeOptions
{
    /// <summary>Warnings go on, and models may lie anywhere.</summary>
    public static RecipeOptions Default { get; } = new();

    /// <summary>Whether warnings are errors.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The folders that models must lie in; empty for anywhere.</summary>
    public ImmutableArray<string> Roots { get; init; } = [];

    /// <summary>Where references lead that are not looked up: those of a recorded recipe.</summary>
    internal ImmutableSortedDictionary<string, string> Paths { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
