using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Masks;

/// <summary>The unified vector of EMR.</summary>
internal sealed class UnifiedKernel : StreamingKernel
{
    internal override bool WorksInSingle => true;

    public override void Merge(MergeBlock block, Span<double> result) => ElectedMaximum.Merge(block.Values, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => ElectedMaximum.Merge(block, result);
}
