namespace TaskVectors.Merging.Selection;

/// <summary>
/// Finds elements of given rank in one run of magnitudes that is at hand: a table counts them by the upper bits of their patterns, and only those of the cell that holds
/// the rank are looked at closer.
/// </summary>
internal sealed class RunSelection(int length)
{
    // 32 cells an octave; what lies 32 octaves below the largest shares the lowest.
    private const int CellBits = 10;
    private const int CellsInOctaveBits = 5;
    private const int FractionBits = 52;
    private const int SingleFractionBits = 23;

    private readonly long[] _patterns = new long[length];
    private readonly long[] _members = new long[length];
    private readonly int[] _counts = new int[1 << CellBits];
    private long _lowest;
    private int _shift;

    /// <summary>The patterns of the magnitudes of the run.</summary>
    public ReadOnlySpan<long> Patterns => _patterns;

    /// <summary>Takes a run of the length.</summary>
    public void Take<T>(ReadOnlySpan<T> run)
        where T : unmanaged
    {
        long largest = 0;
        for (int index = 0; index < _patterns.Length; index++)
        {
            long pattern = MagnitudeCut.PatternOf(run[index]);
            _patterns[index] = pattern;
            largest = Math.Max(largest, pattern);
        }

        _shift = (typeof(T) == typeof(float) ? SingleFractionBits : FractionBits) - CellsInOctaveBits;
        _lowest = (largest >> _shift) - (_counts.Length - 1);
        _counts.AsSpan().Clear();
        foreach (long pattern in _patterns)
        {
            _counts[CellOf(pattern)]++;
        }
    }

    /// <summary>The largest elements, equal ones in the order of their indices.</summary>
    public MagnitudeCut CutOf(int rank)
    {
        if (rank == 0 || rank >= _patterns.Length)
        {
            return rank == 0 ? MagnitudeCut.None : MagnitudeCut.All;
        }

        int cell = _counts.Length - 1;
        int remaining = rank;
        for (; remaining > _counts[cell]; cell--)
        {
            remaining -= _counts[cell];
        }

        Span<long> members = MembersOf(cell);
        long cut = QuickSelect.Largest(members, remaining);
        foreach (long pattern in members)
        {
            remaining -= pattern > cut ? 1 : 0;
        }

        return new MagnitudeCut(cut, EndOf(cut, remaining));
    }

    private int CellOf(long pattern) => (int)Math.Max((pattern >> _shift) - _lowest, 0);

    private Span<long> MembersOf(int cell)
    {
        int count = 0;
        foreach (long pattern in _patterns)
        {
            _members[count] = pattern;
            count += CellOf(pattern) == cell ? 1 : 0;
        }

        return _members.AsSpan(0, count);
    }

    // Behind the last of the equal ones that is selected.
    private int EndOf(long cut, int equal)
    {
        int end = 0;
        for (; equal > 0; end++)
        {
            equal -= _patterns[end] == cut ? 1 : 0;
        }

        return end;
    }
}
