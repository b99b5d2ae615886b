using System.Buffers;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>PCB: the mean of the clamped task vectors, each element weighted by how it fares in the competition.</summary>
internal sealed class PcbKernel(double[] weights, double ratio, double clamp, PcbVariant variant, double scale) : SurveyKernel
{
    private const double SmallestDivisor = 1e-12;

    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) => SelectionStatistic.BytesFor(Total(tensors), 2 * models);

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
            ReadOnlySpan<double> values = block[task];
            for (int index = 0; index < scores.Length; index++)
            {
                double share = known.Share(task, scores[index]);
                result[index] += scale * weights[task] * known.Competition.Ranges[task].Clamp(values[index]) * share;
                shares[index] += share;
            }
        }

        for (int index = 0; index < result.Length; index++)
        {
            result[index] /= Math.Max(shares[index], SmallestDivisor);
        }

        ArrayPool<double>.Shared.Return(buffer);
    }
}
