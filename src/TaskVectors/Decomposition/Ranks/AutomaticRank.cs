namespace TaskVectors.Decomposition.Ranks;

/// <summary>
/// The default: an adapter's own rank; for a dense task vector a fraction of the smaller side, 0.2 where that is 384 or more and 0.3 below,
/// the values that separated sharing from chance best in trials at those widths.
/// </summary>
public sealed record AutomaticRank : RankRule
{
    private const int WideSide = 384;
    private static readonly FractionRank Wide = new(0.2);
    private static readonly FractionRank Narrow = new(0.3);

    /// <inheritdoc/>
    public override string ToString() => "auto";

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank) =>
        factorRank ?? Foresee(rows, columns, factorRank)!.Value;

    internal override int? Foresee(int rows, int columns, int? factorRank) =>
        factorRank ?? (Math.Min(rows, columns) >= WideSide ? Wide : Narrow).Foresee(rows, columns, null);
}
