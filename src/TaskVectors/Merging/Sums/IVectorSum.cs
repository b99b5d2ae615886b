namespace TaskVectors.Merging.Sums;

/// <summary>How trimmed task vectors become one.</summary>
internal interface IVectorSum
{
    /// <summary>Merges a block of trimmed task vectors, overwriting them.</summary>
    void Merge(MergeBlock block, Span<double> result);
}
