namespace TaskVectors.Merging.Sums;

/// <summary>Adds the models, each times its weight.</summary>
internal sealed class WeightedSumKernel(double[] weights) : StreamingKernel
{
    public override void Merge(MergeBlock block, Span<double> result) => BlockMath.WeightedSum(block, weights, result);
}
