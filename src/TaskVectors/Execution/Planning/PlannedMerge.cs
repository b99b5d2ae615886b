using System.Collections.Immutable;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution.Planning;

/// <summary>The part of a merge in an output tensor, made from the bytes of the tensor's own terms.</summary>
/// <param name="Term">The merge as a term: its input, its tensor and its coefficient.</param>
/// <param name="Models">For each model the terms whose sum it is.</param>
internal sealed record PlannedMerge(PlannedTerm Term, ImmutableArray<ImmutableArray<StreamTerm>> Models);
