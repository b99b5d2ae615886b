namespace TaskVectors.Merging.Selection;

/// <summary>
/// The search for the end of the k largest magnitudes of one series of numbers. A sample says in which window of magnitudes the k-th lies; one pass counts
/// what is above and lists what is within, which decides. Where the sample misleads or too many lie within, passes that count bins narrow the window.
/// Magnitudes that the sample holds several times are counted rather than listed, so that stored values on a coarse grid need no more passes.
/// </summary>
/// <param name="series">The index of the series.</param>
/// <param name="rank">k, from 0.</param>
/// <param name="total">The number of elements.</param>
/// <param name="keepsTies">Whether everything as large as the k-th lies within, however many that are.</param>
internal sealed class RankTarget(int series, long rank, long total, bool keepsTies = false)
{
    private const int SmallestListed = 64 * 1024;
    private const int LargestListed = 1 << 18;

    // Above every pattern of a number.
    private const long NoPivot = long.MaxValue;

    private readonly List<RankPlace> _places = [];
    private long _capacity;
    private int _expected;
    private long _above;
    private long _within;
    private long _tieIndex;
    private readonly MagnitudeList _listed = new();
    private long[] _pivotCounts = [];
    private long[] _gapCounts = [];
    private (long Count, long Low, long High)[] _bins = [];

    /// <summary>The index of the series.</summary>
    public int Series => series;

    /// <summary>What the next pass does.</summary>
    public RankPhase Phase { get; private set; }

    /// <summary>The smallest pattern of the window.</summary>
    public long Low { get; private set; }

    /// <summary>The largest pattern of the window.</summary>
    public long High { get; private set; } = long.MaxValue;

    /// <summary>Patterns in the window that are counted rather than listed, ascending.</summary>
    public long[] Pivots { get; private set; } = [];

    /// <summary>How far patterns above <see cref="Low"/> are shifted to give their bin.</summary>
    public int BinShift { get; private set; }

    /// <summary>Whether too many have been listed, so that chunks need not list more.</summary>
    public bool IsOverflowing { get; private set; }

    /// <summary>The pattern whose occurrences the last pass counts, and the first element of the chunk it looks at.</summary>
    public RankTie Tie { get; private set; }

    /// <summary>The end of the k largest, when found.</summary>
    public MagnitudeCut Cut { get; private set; }

    /// <summary>The most bytes that listed elements take.</summary>
    public static long ListedBytes(long total) => 3L * Capacity(total) * MagnitudeList.ElementBytes;

    /// <summary>Begins without a sample: trivial ranks are found at once, small tensors are listed whole.</summary>
    public void Begin()
    {
        _capacity = Capacity(total);
        Phase = RankPhase.Count;
        if (rank <= 0 || total == 0)
        {
            Finish(MagnitudeCut.None);
        }
        else if (rank >= total && !keepsTies)
        {
            Finish(MagnitudeCut.All);
        }
    }

    /// <summary>Begins a pass.</summary>
    public void BeginPass()
    {
        (_above, _within, _tieIndex) = (0, 0, -1);
        _pivotCounts = new long[Pivots.Length];
        _gapCounts = new long[Pivots.Length + 1];
        _bins = Phase == RankPhase.Bins ? RankChunk.EmptyBins() : [];
    }

    /// <summary>Chooses the window by a sample of the patterns, which is reordered.</summary>
    public void Choose(Span<long> sample)
    {
        (Low, High, double share, Pivots) = RankWindow.Of(sample, (double)rank / total);
        _expected = (int)Math.Min(_capacity, share * total * 1.1);
        if (share * total > _capacity && Pivots.Length == 0)
        {
            StartBins();
        }
    }

    /// <summary>Takes over the room of a sample that is of no use any more.</summary>
    public void TakeRoom(PooledList<long> sample) => _listed.TakeRoom(sample);

    /// <summary>Adds what a chunk has found; in the order of chunks.</summary>
    public void Add(RankChunk chunk)
    {
        _above += chunk.Above;
        _within += chunk.Within;
        _tieIndex = Math.Max(_tieIndex, chunk.TieIndex);
        AddPivots(chunk);
        AddListed(chunk);
        for (int bin = 0; bin < _bins.Length; bin++)
        {
            (long count, long low, long high) = chunk.Bin(bin);
            _bins[bin] = (_bins[bin].Count + count, Math.Min(_bins[bin].Low, low), Math.Max(_bins[bin].High, high));
        }
    }

    /// <summary>Ends a pass.</summary>
    public void EndPass()
    {
        switch (Phase)
        {
            case RankPhase.Count:
                EndCount();
                break;
            case RankPhase.Bins:
                EndBins();
                break;
            case RankPhase.Locate:
                Finish(new MagnitudeCut(Tie.Pattern, _tieIndex + 1));
                break;
            default:
                break;
        }

        _places.Clear();
        _listed.Clear();
        (_pivotCounts, _gapCounts, _bins) = ([], [], []);
    }

    private static long Capacity(long total) => Math.Min(LargestListed, SmallestListed + (total / 16));

    private void AddPivots(RankChunk chunk)
    {
        for (int gap = 0; gap < _gapCounts.Length; gap++)
        {
            _gapCounts[gap] += chunk.GapCount(gap);
        }

        for (int pivot = 0; pivot < _pivotCounts.Length; pivot++)
        {
            _pivotCounts[pivot] += chunk.PivotCount(pivot);
        }

        if (!keepsTies && _pivotCounts.Length > 0)
        {
            _places.Add(new RankPlace(chunk.First, chunk.End, [.. Enumerable.Range(0, _pivotCounts.Length).Select(chunk.PivotCount)]));
        }
    }

    private void AddListed(RankChunk chunk)
    {
        IsOverflowing |= _listed.Count + chunk.Listed.Count > _capacity;
        if (IsOverflowing)
        {
            _listed.Clear();
        }
        else if (chunk.Listed.Count > 0)
        {
            _listed.Reserve(_expected);
            _listed.Add(chunk.Listed);
        }

        chunk.Listed.Clear();
    }

    private void EndCount()
    {
        bool overflowed = IsOverflowing;
        IsOverflowing = false;
        if (rank <= _above)
        {
            (Low, High) = (High + 1, long.MaxValue);
            StartBins();
        }
        else if (rank > _above + _within)
        {
            (Low, High) = (0, Low - 1);
            StartBins();
        }
        else if (overflowed)
        {
            StartBins();
        }
        else
        {
            Decide(rank - _above);
        }
    }

    // Between the pivots lie gaps of listed elements: gap p holds what is below pivot p and above the one before it.
    private void Decide(long remaining)
    {
        for (int gap = Pivots.Length; ; gap--)
        {
            if (remaining <= _gapCounts[gap])
            {
                long below = gap > 0 ? Pivots[gap - 1] : -1;
                Finish(_listed.CutOf(below, gap < Pivots.Length ? Pivots[gap] : NoPivot, _gapCounts[gap], remaining, keepsTies));
                return;
            }

            remaining -= _gapCounts[gap];
            long equal = _pivotCounts[gap - 1];
            if (remaining <= equal)
            {
                DecideTie(gap - 1, remaining, equal);
                return;
            }

            remaining -= equal;
        }
    }

    private void DecideTie(int pivot, long remaining, long equal)
    {
        if (remaining == equal || keepsTies)
        {
            Finish(new MagnitudeCut(Pivots[pivot], long.MaxValue));
            return;
        }

        int place = 0;
        for (; remaining > _places[place].PivotCounts[pivot]; place++)
        {
            remaining -= _places[place].PivotCounts[pivot];
        }

        Tie = new RankTie(Pivots[pivot], _places[place].First, _places[place].End, remaining);
        Phase = RankPhase.Locate;
    }

    private void StartBins()
    {
        Phase = RankPhase.Bins;
        Pivots = [];
        int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(High - Low));
        BinShift = Math.Max(0, bits - RankChunk.BinBits);
    }

    private void EndBins()
    {
        long remaining = rank - _above;
        int bin = RankChunk.BinCount - 1;
        for (; remaining > _bins[bin].Count; bin--)
        {
            remaining -= _bins[bin].Count;
        }

        (long count, Low, High) = _bins[bin];
        if (count > _capacity && Low < High)
        {
            StartBins();
            return;
        }

        Phase = RankPhase.Count;
        Pivots = Low == High ? [Low] : [Low, High];
    }

    private void Finish(MagnitudeCut cut)
    {
        Cut = cut;
        Phase = RankPhase.Done;
        Pivots = [];
    }
}
