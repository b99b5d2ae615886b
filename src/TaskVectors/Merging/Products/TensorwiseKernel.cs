using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Products;

/// <summary>Adds the models with coefficients that follow from their norms and angles, each tensor taken as one vector.</summary>
/// <param name="coefficientsOf">Gives a coefficient for each model.</param>
internal sealed class TensorwiseKernel(Func<InnerProducts, double[]> coefficientsOf) : TwoPassKernel
{
    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new ProductStatistic(models, coefficientsOf);

    internal override double[]? Coefficients(TensorStatistic? statistic) => (statistic as ProductStatistic)?.Coefficients;

    internal override bool WorksInSingle => true;

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) =>
        BlockMath.WeightedSum(block, ((ProductStatistic)statistic).Coefficients, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) =>
        BlockMath.WeightedSum(block, ((ProductStatistic)statistic!).Coefficients, result);
}
