namespace TaskVectors.Models.Generation;

/// <summary>A token as it is chosen.</summary>
/// <param name="Row">The row of the batch.</param>
/// <param name="Id">The token.</param>
/// <param name="LogProbability">The logarithm of its probability before any filter.</param>
/// <param name="IsLast">Whether it ends the sequence.</param>
public readonly record struct GeneratedToken(int Row, int Id, float LogProbability, bool IsLast);
