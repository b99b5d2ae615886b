using TaskVectors.Algebra;

namespace TaskVectors.Execution.Merges;

/// <summary>Statistics of a model, as an operand of a merge.</summary>
/// <param name="Values">The file of statistics.</param>
/// <param name="Model">The model that they must have been made of.</param>
internal sealed record MergeStatistics(AffineForm Values, AffineForm Model);
