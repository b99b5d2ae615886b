using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>
/// Finds for each task the score of a rank and the largest score. Of large models a first sample says about where the rank lies, a second and larger one closely, and a pass over
/// all decides; see <see cref="RankSearch"/>.
/// </summary>
internal sealed class ScoreSearch : TensorStatistic
{
    // Vectors up to the first size are listed whole, those up to the second are sampled once.
    private const int SmallVector = 16 * 1024;
    private const int MediumVector = 1 << 22;
    private const int SampleBlockElements = 1024;
    private const int SmallestSample = 32;
    private const int LargestSample = 256;
    private const int FirstSampleShare = 2048;
    private const int SecondSampleShare = 64;
    private const int LargestSecondSampleShare = 4;
    private const int SmallestListed = 1 << 16;
    private const int LargestListed = 1 << 20;
    private const int ListedShare = 256;

    private readonly ParameterCompetition _competition;
    private readonly RankSearch[] _ranks;
    private readonly double[] _largest;
    private readonly long[] _steps;
    private int _sampling;
    private bool _isDone;

    /// <param name="competition">Gives the scores.</param>
    /// <param name="total">The number of elements.</param>
    /// <param name="rank">The rank, from 1 for the largest.</param>
    /// <param name="tasks">The number of tasks.</param>
    public ScoreSearch(ParameterCompetition competition, long total, long rank, int tasks)
        : this(competition, total, rank, tasks, MostListed(total))
    {
    }

    /// <param name="competition">Gives the scores.</param>
    /// <param name="total">The number of elements.</param>
    /// <param name="rank">The rank, from 1 for the largest.</param>
    /// <param name="tasks">The number of tasks.</param>
    /// <param name="mostListed">The most scores listed of each task.</param>
    internal ScoreSearch(ParameterCompetition competition, long total, long rank, int tasks, int mostListed)
    {
        _competition = competition;
        _ranks = [.. Enumerable.Range(0, tasks).Select(_ => new RankSearch(total, rank, mostListed))];
        _largest = [.. Enumerable.Repeat(double.NegativeInfinity, tasks)];
        _steps = StepsOf(total, (double)rank / Math.Max(1, total), mostListed);
        _isDone = total == 0;
    }

    /// <summary>The number of passes over all elements so far.</summary>
    public int WholePasses { get; private set; }

    /// <inheritdoc/>
    public override bool NeedsPass => !_isDone;

    private bool IsSampling => _sampling < _steps.Length;

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(long total, int tasks) => 3L * tasks * sizeof(double) * Math.Min(total, MostListed(total));

    /// <summary>The score of the rank.</summary>
    public double Threshold(int task) => _ranks[task].Found ?? 0;

    /// <summary>The largest score.</summary>
    public double Largest(int task) => _largest[task];

    /// <inheritdoc/>
    public override bool Wants(long firstElement) => !IsSampling || firstElement / SampleBlockElements % _steps[_sampling] == 0;

    /// <inheritdoc/>
    public override ChunkStatistic Begin() => new ScoreChunk(_competition, _ranks, _largest);

    /// <inheritdoc/>
    public override void Add(ChunkStatistic chunk)
    {
        foreach (TaskScores scores in ((ScoreChunk)chunk).Tasks)
        {
            RankSearch rank = _ranks[scores.Task];
            rank.Add(scores.Observed, scores.Above, scores.Within, scores.Listed.Items);
            scores.Listed.Clear();
            _largest[scores.Task] = Math.Max(_largest[scores.Task], scores.Largest);
            foreach (int count in IsSampling ? scores.Counts : [])
            {
                rank.AddCount(count);
            }
        }
    }

    /// <inheritdoc/>
    public override void EndPass()
    {
        bool isFirst = _sampling == 0 && _steps.Length > 1;
        foreach (RankSearch rank in _ranks.Where(rank => rank.Found is null))
        {
            if (IsSampling)
            {
                rank.EndSample(isFirst);
            }
            else
            {
                rank.EndPass();
            }
        }

        WholePasses += IsSampling ? 0 : 1;
        _sampling++;
        _isDone = _ranks.All(rank => rank.Found is not null);
    }

    private static int MostListed(long total) => (int)Math.Clamp(total / ListedShare, SmallestListed, LargestListed);

    // Which blocks the samples take: every so many-th. Odd, so that they do not always fall on the same columns.
    private static long[] StepsOf(long total, double share, int mostListed)
    {
        if (total <= SmallVector)
        {
            return [];
        }

        long blocks = Math.Clamp(total / FirstSampleShare / SampleBlockElements, SmallestSample, LargestSample);
        long first = Math.Max(1, total / SampleBlockElements / blocks) | 1;
        if (total <= MediumVector)
        {
            return [first];
        }

        // A window of four deviations to either side should hold half of what may be listed.
        double needed = share * (1 - share) * Math.Pow(16.0 * total / mostListed, 2) / total;
        return [first, (long)Math.Clamp(1 / needed, LargestSecondSampleShare, SecondSampleShare) | 1];
    }
}
