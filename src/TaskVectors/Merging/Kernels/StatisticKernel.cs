namespace TaskVectors.Merging.Kernels;

/// <summary>A kernel that streams once it knows statistics: of the tensor (<see cref="TwoPassKernel"/>), or of all tensors (<see cref="SurveyKernel"/>).</summary>
public abstract class StatisticKernel : TileKernel
{
    private protected StatisticKernel()
    {
    }

    /// <summary>Merges a block. The result of an element must not depend on the block it lies in.</summary>
    /// <param name="block">The values of the models; the kernel may overwrite them.</param>
    /// <param name="statistic">The finished statistics.</param>
    /// <param name="result">Receives one number an element.</param>
    public abstract void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result);

    /// <inheritdoc/>
    /// <remarks>For kernels whose result for an element follows from its values and the statistics alone.</remarks>
    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result) =>
        Merge(new MergeBlock(exact), statistic!, result);
}
