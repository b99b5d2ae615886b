using System.Numerics;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sharing;

/// <summary>Keeps what has the largest variance over the models, and adds what agrees with the sign of the sum, weighted by the energy of what is kept.</summary>
/// <param name="fraction">The fraction kept of the elements with a variance.</param>
/// <param name="isAlikeWhereSmall">Whether weights are alike where the mean squares are small.</param>
internal sealed class SceKernel(double fraction, bool isAlikeWhereSmall) : TwoPassKernel
{
    public override long StatisticBytes(MergeTensor tensor, int models) => fraction < 1 ? SelectionStatistic.BytesFor(tensor.Shape.ElementCount, 1) : 0;

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new SceStatistic(tensor, models, fraction, isAlikeWhereSmall);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (SceStatistic)statistic;
        known.Select(block);
        ReadOnlySpan<double> weights = known.Weights;
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            MergeVector(block, weights, index, result);
        }

        MergeScalar(block, weights, index, result);
    }

    /// <summary>Merges the selected elements from a position on, one by one.</summary>
    public static void MergeScalar(MergeBlock block, ReadOnlySpan<double> weights, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            double total = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                total += block[model][index];
            }

            double sum = 0;
            double divisor = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                bool agrees = total >= 0 ? value > 0 : value < 0;
                sum += agrees ? value * weights[model] : 0;
                divisor += agrees ? weights[model] : 0;
            }

            result[index] = divisor == 0 ? 0 : sum / divisor;
        }
    }

    private static void MergeVector(MergeBlock block, ReadOnlySpan<double> weights, int index, Span<double> result)
    {
        Vector<double> total = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            total += new Vector<double>(block[model][index..]);
        }

        Vector<long> isPositive = Vector.GreaterThanOrEqual(total, Vector<double>.Zero);
        Vector<double> sum = Vector<double>.Zero;
        Vector<double> divisor = Vector<double>.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            var value = new Vector<double>(block[model][index..]);
            var weight = new Vector<double>(weights[model]);
            Vector<long> agrees = Vector.ConditionalSelect(isPositive, Vector.GreaterThan(value, Vector<double>.Zero), Vector.LessThan(value, Vector<double>.Zero));
            sum += Vector.ConditionalSelect(agrees, value * weight, Vector<double>.Zero);
            divisor += Vector.ConditionalSelect(agrees, weight, Vector<double>.Zero);
        }

        Vector.ConditionalSelect(Vector.Equals(divisor, Vector<double>.Zero), Vector<double>.Zero, sum / divisor).CopyTo(result[index..]);
    }
}
