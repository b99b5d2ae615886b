using System.Buffers;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>Observes the scores of a chunk: counts those above the window of each task, lists those within, and finds the largest.</summary>
internal sealed class ScoreChunk : ChunkStatistic
{
    private readonly ParameterCompetition _competition;
    private readonly RankSearch[] _ranks;
    private readonly ScoreFilter?[] _filters;

    public ScoreChunk(ParameterCompetition competition, RankSearch[] ranks, double[] largest)
    {
        _competition = competition;
        _ranks = ranks;
        _filters = [.. ranks.Select((rank, task) => ScoreFilter.For(competition.Ranges[task], ranks.Length, rank.Low, rank.High))];
        Tasks = [.. Enumerable.Range(0, ranks.Length).Where(task => ranks[task].Found is null).Select(task => new TaskScores(task, largest[task]))];
    }

    /// <summary>What is found of the tasks whose rank is not found yet.</summary>
    public IReadOnlyList<TaskScores> Tasks { get; }

    public override void Observe(MergeBlock block)
    {
        var scratch = ScoreScratch.Rent(block.Count);
        _competition.SumOpponents(block, scratch.Opponents);
        bool isSmall = ScoreFilter.Narrow(scratch.Opponents, scratch.RoughOpponents);
        foreach (TaskScores scores in Tasks)
        {
            long above = scores.Above;
            ReadOnlySpan<double> found = isSmall && _filters[scores.Task] is { } filter
                ? Filter(block[scores.Task], filter, scores, scratch)
                : ScoreAll(block[scores.Task], scores.Task, scratch);
            Take(found, scores, _ranks[scores.Task]);
            scores.Observed += block.Count;
            scores.Counts.Add((int)(scores.Above - above));
        }

        scratch.Return();
    }

    private ReadOnlySpan<double> ScoreAll(ReadOnlySpan<double> values, int task, ScoreScratch scratch)
    {
        scratch.Opponents.CopyTo(scratch.Scores);
        _competition.Score(values, task, scratch.Scores);
        return scratch.Scores;
    }

    // The exact scores of those that may lie within.
    private ReadOnlySpan<double> Filter(ReadOnlySpan<double> values, ScoreFilter filter, TaskScores scores, ScoreScratch scratch)
    {
        (long above, float top) = (0, 0);
        int count = filter.Find(values, scratch.RoughOpponents, scratch.Places, ref above, ref top);
        if (count < 0)
        {
            return ScoreAll(values, scores.Task, scratch);
        }

        scores.Above += above;
        if (top >= scores.Largest * (1 - ScoreFilter.Error))
        {
            FindLargest(values, filter, scores, scratch, top);
        }

        return _competition.ScoreAt(values, scores.Task, scratch, count);
    }

    private void FindLargest(ReadOnlySpan<double> values, ScoreFilter filter, TaskScores scores, ScoreScratch scratch, float top)
    {
        double least = Math.Max(scores.Largest, top / (1 + ScoreFilter.Error)) * (1 - ScoreFilter.Error);
        Span<double> score = stackalloc double[1];
        for (int index = 0; index < values.Length; index++)
        {
            if (filter.Rough(values[index], scratch.RoughOpponents[index]) >= least)
            {
                score[0] = scratch.Opponents[index];
                _competition.ScoreScalar(values.Slice(index, 1), scores.Task, 0, score);
                scores.Largest = Math.Max(scores.Largest, score[0]);
            }
        }
    }

    private static void Take(ReadOnlySpan<double> scores, TaskScores task, RankSearch rank)
    {
        (double low, double high) = (rank.Low, rank.High);
        double[] rented = ArrayPool<double>.Shared.Rent(scores.Length);
        Span<double> within = rented;
        int count = 0;
        long above = 0;
        double largest = task.Largest;
        foreach (double score in scores)
        {
            within[count] = score;
            count += score >= low && score <= high ? 1 : 0;
            above += score > high ? 1 : 0;
            largest = score > largest ? score : largest;
        }

        task.Above += above;
        task.Within += count;
        task.Largest = largest;
        if (!rank.IsOneScore)
        {
            within[..count].CopyTo(task.Listed.Append(count));
        }

        ArrayPool<double>.Shared.Return(rented);
    }
}
