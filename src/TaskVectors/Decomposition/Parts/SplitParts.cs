using TaskVectors.Checkpoints.Lora;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Parts;

/// <summary>The shared part of a matrix, and the factors of both parts where the parts are adapters.</summary>
/// <param name="Shared">The shared part, dense.</param>
/// <param name="SharedSquares">||shared||_F^2.</param>
/// <param name="SharedFactors">The factors of the shared part; <see langword="null"/> where it is written dense.</param>
/// <param name="UniqueFactors">The factors of the unique part; <see langword="null"/> where it is written dense.</param>
/// <param name="UniqueError">What the unique part lost when it was cut to a rank, relative to its norm.</param>
internal sealed record SplitParts(
    Matrix<float> Shared, double SharedSquares, LowRankFactors? SharedFactors, LowRankFactors? UniqueFactors, double? UniqueError);
