using System.Buffers;
using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>PCB: the mean of the clamped task vectors, each element weighted by how it fares in the competition.</summary>
internal sealed class PcbKernel(double[] weights, double ratio, double clamp, PcbVariant variant, double scale) : SurveyKernel
{
    private const double SmallestDivisor = 1e-12;

    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) =>
        Math.Max(SelectionStatistic.BytesFor(Total(tensors), 2 * models), ScoreWindow.BytesFor(Total(tensors), models));

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new CompetitionStatistic(Total(tensors), models, ratio, clamp, variant);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (CompetitionStatistic)statistic;
        double[] buffer = ArrayPool<double>.Shared.Rent(2 * block.Count);
        Span<double> scores = buffer.AsSpan(0, block.Count);
        Span<double> shares = buffer.AsSpan(block.Count, block.Count);
        result.Clear();
        shares.Clear();
        for (int task = 0; task < block.ModelCount; task++)
        {
            known.Competition.Score(block, task, scores);
            (double lowest, double largest) = known.ScoresOf(task);
            if (largest > lowest)
            {
                var share = new TaskShare(lowest, largest, scale * weights[task], known.Competition.Ranges[task]);
                share.Add(block[task], scores, result, shares);
            }
        }

        Divide(shares, result);
        ArrayPool<double>.Shared.Return(buffer);
    }

    private static void Divide(ReadOnlySpan<double> shares, Span<double> result)
    {
        var smallest = new Vector<double>(SmallestDivisor);
        int index = 0;
        for (; index <= result.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            (new Vector<double>(result[index..]) / Vector.Max(new Vector<double>(shares[index..]), smallest)).CopyTo(result[index..]);
        }

        for (; index < result.Length; index++)
        {
            result[index] /= Math.Max(shares[index], SmallestDivisor);
        }
    }
}
