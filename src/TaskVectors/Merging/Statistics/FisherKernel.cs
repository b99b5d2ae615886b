using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Statistics;

/// <summary>Fisher merging with the information as it is.</summary>
internal sealed class FisherKernel(FisherMean mean) : StreamingKernel
{
    private readonly double[] _scales = [.. Enumerable.Repeat(1.0, mean.Models)];

    public override void Merge(MergeBlock block, Span<double> result) => mean.Merge(block, _scales, result);
}
