using System.Numerics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>PCB: the mean of the clamped task vectors, each element weighted by how it fares in the competition.</summary>
internal sealed class PcbKernel(double[] weights, double ratio, double clamp, PcbVariant variant, double scale) : SurveyKernel
{
    private const double SmallestDivisor = 1e-12;

    public override long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models) =>
        Math.Max(SelectionStatistic.BytesFor(Total(tensors), 2 * models), ScoreSearch.BytesFor(Total(tensors), models));

    public override TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models) => new CompetitionStatistic(Total(tensors), models, ratio, clamp, variant);

    public override void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result)
    {
        var known = (CompetitionStatistic)statistic;
        var scratch = ScoreScratch.Rent(block.Count);
        known.Competition.SumOpponents(block, scratch.Opponents);
        bool isSmall = ScoreFilter.Narrow(scratch.Opponents, scratch.RoughOpponents);
        result.Clear();
        scratch.AllShares.Clear();
        for (int task = 0; task < block.ModelCount; task++)
        {
            if (ShareOf(task, known) is not { } share)
            {
                continue;
            }

            (long above, float top) = (0, 0);
            int found = isSmall && known.FilterOf(task) is { } filter ? filter.Find(block[task], scratch.RoughOpponents, scratch.Places, ref above, ref top) : -1;
            if (found >= 0)
            {
                AddFound(block[task], task, found, share, known, scratch, result);
            }
            else
            {
                scratch.Opponents.CopyTo(scratch.Scores);
                known.Competition.Score(block[task], task, scratch.Scores);
                share.Add(block[task], scratch.Scores, result, scratch.AllShares);
            }
        }

        Divide(scratch.AllShares, result);
        scratch.Return();
    }

    // Nothing where all scores are equal.
    private TaskShare? ShareOf(int task, CompetitionStatistic known)
    {
        (double lowest, double largest) = known.ScoresOf(task);
        return largest > lowest ? new TaskShare(lowest, largest, scale * weights[task], known.Competition.Ranges[task]) : null;
    }

    // Only what may have a share is scored.
    private static void AddFound(
        ReadOnlySpan<double> values, int task, int count, TaskShare share, CompetitionStatistic known, ScoreScratch scratch, Span<double> result)
    {
        Span<double> scores = known.Competition.ScoreAt(values, task, scratch, count);
        Span<double> sums = scratch.Sums[..count];
        Span<double> shares = scratch.Shares[..count];
        sums.Clear();
        shares.Clear();
        share.Add(scratch.Chosen[..count], scores, sums, shares);
        Span<double> allShares = scratch.AllShares;
        ReadOnlySpan<int> places = scratch.Places[..count];
        for (int index = 0; index < places.Length; index++)
        {
            result[places[index]] += sums[index];
            allShares[places[index]] += shares[index];
        }
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
