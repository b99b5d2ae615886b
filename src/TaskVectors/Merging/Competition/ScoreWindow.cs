using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>
/// Finds for each task the score of a rank and the largest score in one pass after a sample, which says between which scores the first lies: what is above is
/// counted, what is between is listed. Scores are dear, so that further passes, for which the smaller sample of <see cref="ScoreSelection"/> would
/// ask, cost more than a longer list; where that does not do, it is left to them.
/// </summary>
/// <param name="competition">Gives the scores.</param>
/// <param name="total">The number of elements.</param>
/// <param name="rank">The rank, from 1.</param>
/// <param name="tasks">The number of tasks.</param>
internal sealed class ScoreWindow(ParameterCompetition competition, long total, long rank, int tasks) : TensorStatistic
{
    // Vectors up to this size are listed whole.
    private const int SmallVector = 16 * 1024;
    private const int SampleBlockElements = 1024;
    private const int SmallestSample = 32;
    private const int LargestSample = 512;
    private const int SampleShare = 64;
    private const double Deviations = 4;
    private const double LeastMargin = 16;
    private const int MostListed = 1 << 20;

    private readonly PooledList<double>[] _listed = [.. Enumerable.Range(0, tasks).Select(_ => new PooledList<double>())];
    private readonly double[] _low = [.. Enumerable.Repeat(double.NegativeInfinity, tasks)];
    private readonly double[] _high = [.. Enumerable.Repeat(double.PositiveInfinity, tasks)];
    private readonly long[] _above = new long[tasks];
    private readonly double[] _largest = [.. Enumerable.Repeat(double.NegativeInfinity, tasks)];
    private readonly double[] _thresholds = new double[tasks];

    // Odd, so that the sample does not always fall on the same columns.
    private readonly long _sampleStep =
        Math.Max(1, total / SampleBlockElements / Math.Clamp(total / SampleBlockElements / SampleShare, SmallestSample, LargestSample)) | 1;

    private bool _isSampling = total > SmallVector;
    private bool _isDone = total == 0;
    private bool _isOverflowing;

    /// <inheritdoc/>
    public override bool NeedsPass => !_isDone;

    /// <summary>Whether the scores were found, when no pass is needed any more.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>The most memory taken.</summary>
    public static long BytesFor(long total, int tasks) => 2L * tasks * sizeof(double) * Math.Min(total, MostListed);

    private ParameterCompetition Competition => competition;

    /// <summary>The score of the rank.</summary>
    public double Threshold(int task) => _thresholds[task];

    /// <summary>The largest score.</summary>
    public double Largest(int task) => _largest[task];

    /// <inheritdoc/>
    public override bool Wants(long firstElement) => !_isSampling || firstElement / SampleBlockElements % _sampleStep == 0;

    /// <inheritdoc/>
    public override ChunkStatistic Begin() => new Chunk(this);

    /// <inheritdoc/>
    public override void Add(ChunkStatistic chunk)
    {
        var found = (Chunk)chunk;
        for (int task = 0; task < tasks; task++)
        {
            _above[task] += found.Above[task];
            _largest[task] = Math.Max(_largest[task], found.Largest[task]);
            PooledList<double> part = found.Listed[task];
            _isOverflowing |= _listed[task].Count + part.Count > MostListed;
            if (!_isOverflowing)
            {
                part.Items.CopyTo(_listed[task].Append(part.Count));
            }

            part.Clear();
        }
    }

    /// <inheritdoc/>
    public override void EndPass()
    {
        if (_isSampling)
        {
            _isSampling = false;
            for (int task = 0; task < tasks; task++)
            {
                Choose(task);
            }
        }
        else
        {
            _isDone = true;
            IsDecided = !_isOverflowing && Enumerable.Range(0, tasks).All(Decide);
        }

        foreach (PooledList<double> list in _listed)
        {
            list.Clear();
        }
    }

    private void Choose(int task)
    {
        Span<double> sample = _listed[task].Items;
        sample.Sort();
        double share = (double)rank / total;
        double margin = (Deviations * Math.Sqrt(sample.Length * share * (1 - share))) + LeastMargin;
        long first = (long)Math.Floor((sample.Length * share) - margin);
        long last = (long)Math.Ceiling((sample.Length * share) + margin);
        _high[task] = first < 1 ? double.PositiveInfinity : sample[^(int)first];
        _low[task] = last > sample.Length ? double.NegativeInfinity : sample[^(int)last];
        (_above[task], _largest[task]) = (0, double.NegativeInfinity);
    }

    private bool Decide(int task)
    {
        Span<double> listed = _listed[task].Items;
        long place = rank - _above[task];
        if (place < 1 || place > listed.Length)
        {
            return false;
        }

        listed.Sort();
        _thresholds[task] = listed[^(int)place];
        return true;
    }

    private sealed class Chunk(ScoreWindow owner) : ChunkStatistic
    {
        private readonly ParameterCompetition _competition = owner.Competition;
        private double[] _scores = [];
        private double[] _found = [];

        public long[] Above { get; } = new long[owner._above.Length];

        public double[] Largest { get; } = [.. Enumerable.Repeat(double.NegativeInfinity, owner._above.Length)];

        public PooledList<double>[] Listed { get; } = [.. owner._above.Select(_ => new PooledList<double>())];

        public override void Observe(MergeBlock block)
        {
            if (_scores.Length < block.Count)
            {
                (_scores, _found) = (new double[block.Count], new double[block.Count]);
            }

            Span<double> scores = _scores.AsSpan(0, block.Count);
            for (int task = 0; task < Above.Length; task++)
            {
                _competition.Score(block, task, scores);
                int count = Find(scores, owner._low[task], owner._high[task], _found, ref Above[task], ref Largest[task]);
                _found.AsSpan(0, count).CopyTo(Listed[task].Append(count));
            }
        }
    }

    /// <summary>Lists the scores of a window, counts those above it, and finds the largest of all.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="low">The least of the window.</param>
    /// <param name="high">The largest of the window.</param>
    /// <param name="found">Receives the scores in the window, in order; as long as <paramref name="scores"/>.</param>
    /// <param name="above">Is increased by the number of scores above.</param>
    /// <param name="largest">Is raised to the largest score.</param>
    /// <returns>How many lie in the window.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find(ReadOnlySpan<double> scores, double low, double high, Span<double> found, ref long above, ref double largest)
    {
        ref double first = ref MemoryMarshal.GetReference(scores);
        var most = new Vector<double>(high);
        var least = new Vector<double>(low);
        Vector<long> larger = Vector<long>.Zero;
        var top = new Vector<double>(largest);
        int count = 0;
        int index = 0;
        for (; index <= scores.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<double> score = Vector.LoadUnsafe(ref first, (nuint)index);
            Vector<long> isAbove = Vector.GreaterThan(score, most);
            larger -= isAbove;
            top = Vector.Max(top, score);
            if (Vector.AndNot(Vector.GreaterThanOrEqual(score, least), isAbove) != Vector<long>.Zero)
            {
                for (int lane = index; lane < index + Vector<double>.Count; lane++)
                {
                    double value = Unsafe.Add(ref first, lane);
                    if (value >= low && value <= high)
                    {
                        found[count++] = value;
                    }
                }
            }
        }

        above += Vector.Sum(larger);
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            largest = Math.Max(largest, top[lane]);
        }

        return FindScalar(scores, low, high, index, found, count, ref above, ref largest);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static int FindScalar(ReadOnlySpan<double> scores, double low, double high, int from, Span<double> found, int count, ref long above, ref double largest)
    {
        foreach (double score in scores[from..])
        {
            above += score > high ? 1 : 0;
            largest = Math.Max(largest, score);
            if (score >= low && score <= high)
            {
                found[count++] = score;
            }
        }

        return count;
    }
}
