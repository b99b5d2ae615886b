using System.Globalization;

namespace TaskVectors.Decomposition.Ranks;

/// <summary>The same rank for every matrix.</summary>
/// <param name="Rank">The rank, at least 1.</param>
public sealed record FixedRank(int Rank) : RankRule
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"rank:{Rank}");

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank) => Rank;

    internal override int? Foresee(int rows, int columns, int? factorRank) => Math.Min(Rank, Math.Min(rows, columns));
}
