using System.Numerics;
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

    internal override bool WorksInSingle => true;

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => Merge(block.Values, (ColumnStatistic)statistic, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, (ColumnStatistic)statistic!, result);

    // The elements are told apart by their columns, which a block of some elements has not.
    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        var known = (ColumnStatistic)statistic!;
        for (int index = 0; index < places.Length; index++)
        {
            int column = (int)((merged.First + places[index]) % known.Columns);
            result[index] = Math.FusedMultiplyAdd(exact[1][index], known.Second[column], exact[0][index] * known.First[column]);
        }
    }

    private static void Merge<T>(MergeBlock<T> block, ColumnStatistic known, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int column = (int)(block.First % known.Columns);
        for (int start = 0; start < block.Count;)
        {
            int count = Math.Min(block.Count - start, known.Columns - column);
            PairProducts.Combine<T>(
                block[0].Slice(start, count), known.First.AsSpan(column, count), block[1].Slice(start, count), known.Second.AsSpan(column, count), result.Slice(start, count));
            start += count;
            column = 0;
        }
    }
}
