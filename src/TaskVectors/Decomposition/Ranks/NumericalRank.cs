namespace TaskVectors.Decomposition.Ranks;

/// <summary>
/// Every singular value above max(m, n) times the spacing of numbers at 1 times the largest. Dense fine-tunes have full numerical rank, and
/// then everything is "shared": for exact low-rank matrices only.
/// </summary>
public sealed record NumericalRank : RankRule
{
    /// <inheritdoc/>
    public override string ToString() => "numerical";

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank) => singularValues.Length;

    internal override int? Foresee(int rows, int columns, int? factorRank) => factorRank;
}
