namespace TaskVectors.Execution.Tiles;

/// <summary>One term of a model's sum.</summary>
/// <param name="Stream">The index of the stored tensor among those read.</param>
/// <param name="Coefficient">Its coefficient.</param>
internal readonly record struct StreamTerm(int Stream, double Coefficient);
