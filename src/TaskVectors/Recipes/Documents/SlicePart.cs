using System.Collections.Immutable;

namespace TaskVectors.Recipes.Documents;

/// <summary>Which slices of a document a part of it has: those that merge as many models as each other.</summary>
/// <param name="Slices">Their numbers in the document.</param>
/// <param name="Offsets">The number that the first layer of each has in the result.</param>
/// <param name="HasBeginning">Whether what comes before the layers belongs to it.</param>
/// <param name="HasEnd">Whether what comes after the layers belongs to it.</param>
internal sealed record SlicePart(ImmutableArray<int> Slices, ImmutableArray<int> Offsets, bool HasBeginning, bool HasEnd);
