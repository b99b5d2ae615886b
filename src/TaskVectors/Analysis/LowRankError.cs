namespace TaskVectors.Analysis;

/// <summary>What a matrix lost when it was cut to a rank.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Rank">The rank kept; less than asked for where the matrix has less.</param>
/// <param name="Norm">||W||_F.</param>
/// <param name="Error">||W - B A||_F.</param>
/// <param name="RelativeError">||W - B A||_F / ||W||_F; 0 for a zero matrix.</param>
public sealed record LowRankError(string Name, int Rank, double Norm, double Error, double RelativeError);
