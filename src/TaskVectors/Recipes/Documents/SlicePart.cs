using System.Collections.Immutable;

namespace TaskVectors.Recipes.Documents;

/// <summary>Which slices of a document a part of it has: those that merge as many models as each other.</summary>
/// <param name="Slices">Their numbers in the document.</param>
/// <param name="IsOnly">Whether these are all.</param>
internal sealed record SlicePart(ImmutableArray<int> Slices, bool IsOnly);
