using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>Adds the models, each times its weight.</summary>
internal sealed class WeightedSumKernel(double[] weights) : StreamingKernel
{
    internal override double[]? Coefficients(TensorStatistic? statistic) => weights;

    public override void Merge(MergeBlock block, Span<double> result) => BlockMath.WeightedSum(block, weights, result);
}
