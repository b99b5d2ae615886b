using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>How trimmed task vectors become one.</summary>
internal interface IVectorSum
{
    /// <summary>The coefficient of each vector where the result is their weighted sum; else <see langword="null"/>.</summary>
    double[]? Coefficients => null;

    /// <summary>Merges a block of trimmed task vectors, overwriting them.</summary>
    void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
