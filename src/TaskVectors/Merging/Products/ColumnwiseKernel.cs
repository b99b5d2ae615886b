using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>
/// Adds two models with coefficients that follow from their norms and angle, each run of elements along the first axis taken as a vector: in a matrix,
/// column by column.
/// </summary>
/// <param name="coefficientsOf">Gives a coefficient for each model.</param>
internal sealed class ColumnwiseKernel(Func<double, double, double, (double First, double Second)> coefficientsOf) : TwoPassKernel
{
    // The sums of the tensor, and of the chunks that wait for their turn.
    private const int HeldAtOnce = 2;

    public override long StatisticBytes(MergeTensor tensor, int models) => HeldAtOnce * ColumnStatistic.BytesFor(tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new ColumnStatistic(tensor, coefficientsOf);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (ColumnStatistic)statistic;
        int column = (int)(block.First % known.Columns);
        for (int index = 0; index < block.Count; index++)
        {
            result[index] = Math.FusedMultiplyAdd(block[1][index], known.Second[column], block[0][index] * known.First[column]);
            column = column + 1 == known.Columns ? 0 : column + 1;
        }
    }
}
