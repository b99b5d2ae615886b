namespace TaskVectors.Merging.Selection;

/// <summary>
/// The search for the end of the k largest magnitudes of one series of numbers. A sample says in which window of magnitudes the k-th lies; one pass counts
/// what is above and lists what is within, which decides. Where the sample misleads or too many lie within, passes that count bins narrow the window.
/// Magnitudes that the sample holds several times are counted rather than listed, so that stored values on a coarse grid need no more passes.
/// </summary>
/// <param name="series">The index of the series.</param>
/// <param name="rank">k, from 0.</param>
/// <param name="total">The number of elements.</param>
internal sealed class RankTarget(int series, long rank, long total)
{
    private const int MostPivots = 64;
    private const int SmallestListed = 64 * 1024;
    private const int LargestListed = 1 << 20;

    private readonly List<RankChunk> _chunks = [];
    private long _capacity;
    private long _listed;

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
    public static long ListedBytes(long total) => 3L * Capacity(total) * RankChunk.ListedBytes;

    /// <summary>Begins without a sample: trivial ranks are found at once, small tensors are listed whole.</summary>
    public void Begin()
    {
        _capacity = Capacity(total);
        Phase = RankPhase.Count;
        if (rank <= 0 || rank >= total)
        {
            Finish(rank <= 0 ? MagnitudeCut.None : MagnitudeCut.All);
        }
    }

    /// <summary>Chooses the window by a sample of the patterns, ascending.</summary>
    public void Choose(ReadOnlySpan<long> sample)
    {
        double fraction = (double)rank / total;
        double middle = sample.Length * (1 - fraction);
        double margin = (5 * Math.Sqrt(sample.Length * fraction * (1 - fraction))) + 16;
        int first = (int)Math.Floor(middle - margin);
        int last = (int)Math.Ceiling(middle + margin);
        Low = first < 0 ? 0 : sample[first];
        High = last >= sample.Length ? long.MaxValue : sample[last];
        Pivots = Repeated(sample[Math.Max(0, first)..Math.Min(sample.Length, last + 1)]);
        if ((last - first) / (double)sample.Length * total > _capacity && Pivots.Length == 0)
        {
            StartBins();
        }
    }

    /// <summary>Adds what a chunk has found; in the order of chunks.</summary>
    public void Add(RankChunk chunk)
    {
        _chunks.Add(chunk);
        _listed += chunk.ListedCount;
        if (_listed > _capacity)
        {
            IsOverflowing = true;
            _listed = 0;
            _chunks.ForEach(known => known.DropListed());
        }
    }

    /// <summary>Ends a pass.</summary>
    public void EndPass()
    {
        RankChunk[] chunks = [.. _chunks];
        _chunks.Clear();
        _listed = 0;
        switch (Phase)
        {
            case RankPhase.Count:
                EndCount(chunks);
                break;
            case RankPhase.Bins:
                EndBins(chunks);
                break;
            case RankPhase.Locate:
                Finish(new MagnitudeCut(Tie.Pattern, chunks.Max(chunk => chunk.TieIndex) + 1));
                break;
            default:
                break;
        }
    }

    private static long Capacity(long total) => Math.Min(LargestListed, SmallestListed + (total / 16));

    private static long[] Repeated(ReadOnlySpan<long> ascending)
    {
        var repeated = new List<(long Pattern, int Count)>();
        for (int start = 0; start < ascending.Length;)
        {
            int end = start;
            while (end < ascending.Length && ascending[end] == ascending[start])
            {
                end++;
            }

            if (end - start > 3)
            {
                repeated.Add((ascending[start], end - start));
            }

            start = end;
        }

        return [.. repeated.OrderByDescending(value => value.Count).Take(MostPivots).Select(value => value.Pattern).Order()];
    }

    private void EndCount(RankChunk[] chunks)
    {
        long above = chunks.Sum(chunk => chunk.Above);
        long within = chunks.Sum(chunk => chunk.Within);
        bool overflowed = IsOverflowing;
        IsOverflowing = false;
        if (rank <= above)
        {
            (Low, High) = (High + 1, long.MaxValue);
            StartBins();
        }
        else if (rank > above + within)
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
            Decide(chunks, rank - above);
        }
    }

    // Between the pivots lie gaps of listed elements: gap p holds what is below pivot p and above the one before it.
    private void Decide(RankChunk[] chunks, long remaining)
    {
        for (int gap = Pivots.Length; ; gap--)
        {
            long listed = chunks.Sum(chunk => (long)chunk.Listed(gap).Count);
            if (remaining <= listed)
            {
                DecideWithin([.. chunks.SelectMany(chunk => chunk.Listed(gap))], remaining);
                return;
            }

            remaining -= listed;
            long equal = chunks.Sum(chunk => chunk.PivotCount(gap - 1));
            if (remaining <= equal)
            {
                DecideTie(chunks, gap - 1, remaining, equal);
                return;
            }

            remaining -= equal;
        }
    }

    private void DecideWithin((long Pattern, long Index)[] listed, long remaining)
    {
        long pattern = QuickSelect.Largest(Array.ConvertAll(listed, element => element.Pattern), remaining);
        long kept = remaining - listed.LongCount(element => element.Pattern > pattern);
        Finish(new MagnitudeCut(pattern, listed.Where(element => element.Pattern == pattern).ElementAt((int)kept - 1).Index + 1));
    }

    private void DecideTie(RankChunk[] chunks, int pivot, long remaining, long equal)
    {
        if (remaining == equal)
        {
            Finish(new MagnitudeCut(Pivots[pivot], long.MaxValue));
            return;
        }

        int chunk = 0;
        for (; remaining > chunks[chunk].PivotCount(pivot); chunk++)
        {
            remaining -= chunks[chunk].PivotCount(pivot);
        }

        Tie = new RankTie(Pivots[pivot], chunks[chunk].First, chunks[chunk].End, remaining);
        Phase = RankPhase.Locate;
    }

    private void StartBins()
    {
        Phase = RankPhase.Bins;
        Pivots = [];
        int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(High - Low));
        BinShift = Math.Max(0, bits - RankChunk.BinBits);
    }

    private void EndBins(RankChunk[] chunks)
    {
        long remaining = rank - chunks.Sum(chunk => chunk.Above);
        int bin = RankChunk.BinCount - 1;
        long count = chunks.Sum(chunk => chunk.Bin(bin).Count);
        while (remaining > count)
        {
            remaining -= count;
            bin--;
            count = chunks.Sum(chunk => chunk.Bin(bin).Count);
        }

        Low = chunks.Min(chunk => chunk.Bin(bin).Low);
        High = chunks.Max(chunk => chunk.Bin(bin).High);
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
