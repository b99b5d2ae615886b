using System.Globalization;

namespace TaskVectors.Decomposition.Ranks;

/// <summary>
/// The smallest rank whose squared singular values reach a share of their total. Gives layers of one model uneven strictness.
/// </summary>
/// <param name="Share">The share of ||W||_F^2, above 0 and at most 1.</param>
public sealed record EnergyRank(double Share) : RankRule
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"energy:{Share:R}");

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank)
    {
        double total = 0;
        foreach (double value in singularValues)
        {
            total += value * value;
        }

        int rank = 0;
        for (double reached = 0; rank < singularValues.Length && reached < Share * total; rank++)
        {
            reached += singularValues[rank] * singularValues[rank];
        }

        return rank;
    }

    internal override int? Foresee(int rows, int columns, int? factorRank) => null;
}
