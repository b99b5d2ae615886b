namespace TaskVectors.Merging.Selection;

/// <summary>What one chunk of a series holds, for one <see cref="RankTarget"/>.</summary>
internal sealed class RankChunk
{
    /// <summary>The bits of the number of a bin.</summary>
    public const int BinBits = 10;

    /// <summary>The number of bins.</summary>
    public const int BinCount = 1 << BinBits;

    private const long NoPattern = -1;

    private readonly RankTarget _target;
    private readonly RankPhase _phase;
    private readonly bool _lists;
    private readonly MagnitudeList _listed = new();
    private readonly long[] _pivotCounts;
    private readonly long[] _gapCounts;
    private readonly (long Count, long Low, long High)[] _bins = [];
    private long _above;
    private long _ties;

    public RankChunk(RankTarget target)
    {
        _target = target;
        _phase = target.Phase;
        _lists = !target.IsOverflowing;
        _pivotCounts = new long[target.Pivots.Length];
        _gapCounts = new long[target.Pivots.Length + 1];
        if (_phase == RankPhase.Bins)
        {
            _bins = EmptyBins();
        }
    }

    /// <summary>Bins that hold nothing.</summary>
    public static (long Count, long Low, long High)[] EmptyBins()
    {
        var bins = new (long, long, long)[BinCount];
        Array.Fill(bins, (0, long.MaxValue, 0));
        return bins;
    }

    /// <summary>The first element, and the end.</summary>
    public long First { get; private set; } = -1;

    public long End { get; private set; }

    /// <summary>How many lie above the window, and within it.</summary>
    public long Above => _above;

    public long Within { get; private set; }

    /// <summary>What lies within and is not counted.</summary>
    public MagnitudeList Listed => _listed;

    /// <summary>The index of the last of the equal magnitudes looked for; -1 if it is not here.</summary>
    public long TieIndex { get; private set; } = -1;

    public long PivotCount(int pivot) => _pivotCounts[pivot];

    /// <summary>How many elements lie below a pivot and above the one before it, or above the last.</summary>
    public long GapCount(int gap) => _gapCounts[gap];

    public (long Count, long Low, long High) Bin(int bin) => _bins[bin];

    /// <summary>Observes numbers.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="hits">Room for as many positions.</param>
    public void Observe<T>(ReadOnlySpan<T> values, long first, Span<int> hits)
        where T : unmanaged
    {
        if (_phase == RankPhase.Locate && (first < _target.Tie.First || first >= _target.Tie.End))
        {
            return;
        }

        First = First < 0 ? first : First;
        End = first + values.Length;
        int count = Find(values, hits);
        Within += count;
        foreach (int hit in hits[..count])
        {
            Take(MagnitudeCut.PatternOf(values[hit]), first + hit);
        }
    }

    // Where stored values lie on a coarse grid, an end of the window may be a good part of them: these are counted where they are compared.
    private int Find<T>(ReadOnlySpan<T> values, Span<int> hits)
        where T : unmanaged
    {
        long[] pivots = _target.Pivots;
        (long Low, long High) window = _phase == RankPhase.Locate ? (_target.Tie.Pattern, _target.Tie.Pattern) : (_target.Low, _target.High);
        bool isLowCounted = _phase == RankPhase.Count && pivots.Length > 0 && pivots[0] == window.Low;
        bool isHighCounted = _phase == RankPhase.Count && pivots.Length > 0 && pivots[^1] == window.High && window.Low < window.High;
        if (!isLowCounted && !isHighCounted)
        {
            return MagnitudeScan.Find(values, window.Low, window.High, hits, ref _above);
        }

        (long Low, long High) ends = (isLowCounted ? window.Low : NoPattern, isHighCounted ? window.High : NoPattern);
        int count = MagnitudeScan.Find(values, window, ends, hits, ref _above, out (long Low, long High) equal);
        _pivotCounts[0] += equal.Low;
        _pivotCounts[^1] += equal.High;
        Within += equal.Low + equal.High;
        return count;
    }

    private void Take(long pattern, long index)
    {
        switch (_phase)
        {
            case RankPhase.Count:
                TakeWithin(pattern, index);
                break;
            case RankPhase.Bins:
                ref (long Count, long Low, long High) bin = ref _bins[(pattern - _target.Low) >> _target.BinShift];
                bin = (bin.Count + 1, Math.Min(bin.Low, pattern), Math.Max(bin.High, pattern));
                break;
            case RankPhase.Locate:
                TieIndex = ++_ties == _target.Tie.Count ? index : TieIndex;
                break;
            default:
                break;
        }
    }

    private void TakeWithin(long pattern, long index)
    {
        int gap = PivotsBelow(_target.Pivots, pattern);
        if (gap < _pivotCounts.Length && _target.Pivots[gap] == pattern)
        {
            _pivotCounts[gap]++;
            return;
        }

        _gapCounts[gap]++;
        if (_lists)
        {
            _listed.Add(pattern, index);
        }
    }

    // Halves without branches, which could not be foreseen.
    private static int PivotsBelow(ReadOnlySpan<long> pivots, long pattern)
    {
        int below = 0;
        int length = pivots.Length;
        while (length > 0)
        {
            int half = (length + 1) / 2;
            below += pivots[below + half - 1] < pattern ? half : 0;
            length -= half;
        }

        return below;
    }
}
