namespace TaskVectors.Benchmarks.Decompose;

/// <summary>What a decomposition found in one matrix.</summary>
/// <param name="Name">The matrix.</param>
/// <param name="Dimension">The number of shared directions.</param>
/// <param name="Fractions">The shared part's squared norm over that of the task vector, for each task.</param>
internal sealed record Finding(string Name, int Dimension, double[] Fractions);
