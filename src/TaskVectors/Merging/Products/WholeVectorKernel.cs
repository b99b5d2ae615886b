using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Products;

/// <summary>Adds the models with coefficients that follow from their norms and angles, all tensors together taken as one vector.</summary>
/// <param name="coefficientsOf">Gives a coefficient for each model.</param>
internal sealed class WholeVectorKernel(Func<InnerProducts, double[]> coefficientsOf) : SurveyKernel
{
    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => 0;

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new ProductStatistic(models, coefficientsOf);

    internal override double[]? Coefficients(TensorStatistic? statistic) => (statistic as ProductStatistic)?.Coefficients;

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) =>
        BlockMath.WeightedSum(block, ((ProductStatistic)statistic).Coefficients, result);
}
