using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Fusion;

/// <summary>Takes the second model's value where its importance reaches the threshold of the tensor.</summary>
internal sealed class FusionKernel : TwoPassKernel
{
    public override bool NeedsRows => true;

    internal override bool MergesRows(MergeTensor tensor) => false;

    public override long StatisticBytes(MergeTensor tensor, int models) => FusionStatistic.BytesFor(tensor);

    public override TensorStatistic CreateStatistic(MergeTensor tensor, int models) => new FusionStatistic(tensor);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (FusionStatistic)statistic;
        known.Importance.Find(block, result);
        Choose(block[0], block[1], known.Threshold, result);
    }

    // From the importance that the result holds.
    private static void Choose(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double threshold, Span<double> result)
    {
        var least = new Vector<double>(threshold);
        int index = 0;
        for (; index <= result.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<long> isTaken = Vector.GreaterThanOrEqual(new Vector<double>(result[index..]), least);
            Vector.ConditionalSelect(isTaken, new Vector<double>(second[index..]), new Vector<double>(first[index..])).CopyTo(result[index..]);
        }

        for (; index < result.Length; index++)
        {
            result[index] = result[index] >= threshold ? second[index] : first[index];
        }
    }
}
