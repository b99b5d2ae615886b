namespace TaskVectors.Merging.Kernels;

/// <summary>A kernel that makes each element, or each row, of the result from the same element or row of the models.</summary>
public abstract class StreamingKernel : TileKernel
{
    /// <summary>Merges a block. The result of an element must not depend on the block it lies in.</summary>
    /// <param name="block">The values of the models; the kernel may overwrite them.</param>
    /// <param name="result">Receives one number an element.</param>
    public abstract void Merge(MergeBlock block, Span<double> result);

    /// <inheritdoc/>
    /// <remarks>For kernels whose result for an element follows from its values alone.</remarks>
    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result) =>
        Merge(new MergeBlock(exact), result);
}
