namespace TaskVectors.Decomposition.Parts;

/// <summary>The factors that were written for a tensor of a part.</summary>
/// <param name="Rank">Their rank.</param>
/// <param name="Scale">Their scale.</param>
/// <param name="HashOfA">The hash of A.</param>
/// <param name="HashOfB">The hash of B.</param>
internal sealed record FactorRecord(int Rank, double Scale, string HashOfA, string HashOfB);
