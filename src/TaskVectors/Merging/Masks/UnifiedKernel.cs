using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Masks;

/// <summary>The unified vector of EMR.</summary>
internal sealed class UnifiedKernel : StreamingKernel
{
    public override void Merge(MergeBlock block, Span<double> result) => ElectedMaximum.Merge(block, result);
}
