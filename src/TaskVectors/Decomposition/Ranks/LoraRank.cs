namespace TaskVectors.Decomposition.Ranks;

/// <summary>The rank of the adapter's factors. A matrix whose factors are not known counts with its numerical rank.</summary>
public sealed record LoraRank : RankRule
{
    /// <inheritdoc/>
    public override string ToString() => "lora";

    internal override int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank) =>
        factorRank ?? singularValues.Length;

    internal override int? Foresee(int rows, int columns, int? factorRank) => factorRank;
}
