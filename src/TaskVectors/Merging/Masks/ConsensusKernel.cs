using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Masks;

/// <summary>Masks over the sum of the task vectors.</summary>
internal sealed class ConsensusKernel(TallMask mask, int models) : StreamingKernel
{
    private readonly double[] _ones = [.. Enumerable.Repeat(1.0, models)];

    public override void Merge(MergeBlock block, Span<double> result)
    {
        BlockMath.WeightedSum(block, _ones, result);
        mask.Apply(block, result);
    }
}
