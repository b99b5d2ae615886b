using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Masks;

/// <summary>Masks over the sum of the task vectors.</summary>
internal sealed class ConsensusKernel(TallMask mask, int models) : StreamingKernel
{
    private readonly double[] _ones = [.. Enumerable.Repeat(1.0, models)];

    internal override bool WorksInSingle => true;

    public override void Merge(MergeBlock block, Span<double> result) => Merge(block.Values, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, result);

    private void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BlockMath.WeightedSum(block, _ones, result);
        mask.Apply(block, result);
    }
}
