using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Fusion;

/// <summary>Takes the second model's value where its importance reaches the threshold of the tensor.</summary>
internal sealed class FusionKernel : TwoPassKernel
{
    public override bool NeedsRows => true;

    internal override bool WorksInSingle => true;

    internal override bool MergesRows(MergeTensor tensor) => false;

    public override long StatisticBytes(MergeTensor tensor, int models) => FusionStatistic.BytesFor(tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new FusionStatistic(tensor);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result) => Merge(block.Values, (FusionStatistic)statistic, result);

    internal override void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => Merge(block, (FusionStatistic)statistic!, result);

    internal override void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result)
    {
        var known = (FusionStatistic)statistic!;
        Span<float> importance = stackalloc float[1];
        for (int index = 0; index < places.Length; index++)
        {
            known.Importance.Find(merged.Slice(places[index], 1), importance);
            result[index] = exact[importance[0] >= known.Threshold ? 1 : 0][index];
        }
    }

    private static void Merge<T>(MergeBlock<T> block, FusionStatistic known, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        known.Importance.Find(block, result);
        Choose(block[0], block[1], ScoreBounds.AtLeast<T>(known.Threshold), result);
    }

    // From the importance that the result holds.
    private static void Choose<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, T threshold, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var least = new Vector<T>(threshold);
        int index = 0;
        for (; index <= result.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            Vector<T> isTaken = Vector.GreaterThanOrEqual(new Vector<T>(result[index..]), least);
            Vector.ConditionalSelect(isTaken, new Vector<T>(second[index..]), new Vector<T>(first[index..])).CopyTo(result[index..]);
        }

        for (; index < result.Length; index++)
        {
            result[index] = result[index] >= threshold ? second[index] : first[index];
        }
    }
}
