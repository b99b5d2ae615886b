using System.Globalization;

namespace TaskVectors.Decomposition.Ranks;

/// <summary>
/// A fraction of the smaller side: max(1, floor(F min(d_out, d_in))). The chance of random overlap is then the same in every matrix of one
/// shape.
/// </summary>
/// <param name="Fraction">F, above 0 and at most 1.</param>
public sealed record FractionRank(double Fraction) : RankRule
{
    // 0.29 * 100 is a little less than 29 in binary.
    private const double Slack = 1e-9;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"fraction:{Fraction:R}");

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank) =>
        Of(Math.Min(rows, columns));

    internal override int? Foresee(int rows, int columns, int? factorRank) =>
        Math.Min(Math.Min(rows, columns), Of(Math.Min(rows, columns)));

    private int Of(int smaller) => Math.Max(1, (int)Math.Floor((Fraction * smaller) + Slack));
}
