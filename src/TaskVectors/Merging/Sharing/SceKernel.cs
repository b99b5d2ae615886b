using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sharing;

/// <summary>Keeps what has the largest variance over the models, and adds what agrees with the sign of the sum, weighted by the energy of what is kept.</summary>
/// <param name="fraction">The fraction kept of the elements with a variance.</param>
/// <param name="isAlikeWhereSmall">Whether weights are alike where the mean squares are small.</param>
internal sealed class SceKernel(double fraction, bool isAlikeWhereSmall) : TwoPassKernel
{
    public override long StatisticBytes(MergeTensor tensor, int models) => fraction < 1 ? VarianceWindow.BytesFor(tensor.Shape.ElementCount, models) : 0;

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new SceStatistic(tensor, models, fraction, isAlikeWhereSmall);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (SceStatistic)statistic;
        int before = (int)Math.Clamp(known.Cut.Index - block.First, 0, block.Count);
        Merge(block.Slice(0, before), known.Weights, known.Cut.Bound(beforeIndex: true), result);
        Merge(block.Slice(before, block.Count - before), known.Weights, known.Cut.Bound(beforeIndex: false), result[before..]);
    }

    /// <summary>Merges the elements whose variance has a pattern above a bound; the others give zero.</summary>
    public static void Merge(MergeBlock block, ReadOnlySpan<double> weights, long bound, Span<double> result) =>
        MergeScalar(block, weights, bound, MergeVectors(block.Values, weights, bound, result), result);

    /// <summary>The same from a position on, one by one.</summary>
    public static void MergeScalar(MergeBlock block, ReadOnlySpan<double> weights, long bound, int from, Span<double> result)
    {
        double share = 1.0 / block.ModelCount;
        for (int index = from; index < block.Count; index++)
        {
            double total = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                total += block[model][index];
            }

            double variance = Variances.OfScalar(block, index, total * share) * share;
            result[index] = MagnitudeCut.PatternOf(variance) > bound ? MeanOfAgreeing(block, weights, index, total) : 0;
        }
    }

    private static double MeanOfAgreeing(MergeBlock block, ReadOnlySpan<double> weights, int index, double total)
    {
        double sum = 0;
        double divisor = 0;
        for (int model = 0; model < block.ModelCount; model++)
        {
            double value = block[model][index];
            bool agrees = total >= 0 ? value > 0 : value < 0;
            sum += agrees ? value * weights[model] : 0;
            divisor += agrees ? weights[model] : 0;
        }

        return divisor == 0 ? 0 : sum / divisor;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors(MergeBlock<double> block, ReadOnlySpan<double> weights, long bound, Span<double> result)
    {
        ref double values = ref block.FirstValue;
        ref double weight = ref MemoryMarshal.GetReference(weights);
        ref double target = ref MemoryMarshal.GetReference(result);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var share = new Vector<double>(1.0 / models);
        var limit = new Vector<long>(bound);
        var magnitude = new Vector<long>(long.MaxValue);
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            ref double first = ref Unsafe.Add(ref values, index);
            Vector<double> variance = Variances.Of(ref first, stride, models, share, out Vector<double> total);
            Vector<long> isKept = Vector.GreaterThan(variance.As<double, long>() & magnitude, limit);
            Vector<long> isPositive = Vector.GreaterThanOrEqual(total, Vector<double>.Zero);
            Vector<double> sum = Vector<double>.Zero;
            Vector<double> divisor = Vector<double>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<double> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                var factor = new Vector<double>(Unsafe.Add(ref weight, model));
                Vector<double> agrees = Vector.ConditionalSelect(
                    isPositive, Vector.GreaterThan(value, Vector<double>.Zero), Vector.LessThan(value, Vector<double>.Zero)).As<long, double>();
                sum += agrees & (value * factor);
                divisor += agrees & factor;
            }

            Vector<double> isDivided = Vector.AndNot(isKept, Vector.Equals(divisor, Vector<double>.Zero)).As<long, double>();
            (isDivided & (sum / divisor)).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
