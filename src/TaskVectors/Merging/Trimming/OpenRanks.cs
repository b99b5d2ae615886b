using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// Decides about the few elements of a row that groups of bins leave open: by the ranks of their bin, and where these do not decide either by their own, found by
/// counting smaller elements: in the row, or in their bin where many are left.
/// </summary>
/// <param name="line">The limits of ranks.</param>
/// <param name="first">The index in the tensor of the first element of the row.</param>
/// <param name="key">The key of the random numbers.</param>
/// <param name="scratch">What is known of the row, and room.</param>
internal readonly ref struct OpenRanks(RankLine line, long first, PhiloxKey key, RankedScratch scratch)
{
    private const int WordBits = 64;
    private const int HalfBits = 16;
    private const int FewElements = 16;

    // Bins of no more are not looked at whether all is equal there.
    private const int FewMembers = 8;
    private const int Mixed = -1;

    // Larger bins are sorted: with many equal elements, as only such bins have, counting for each that is open would take longer.
    private const int LargestCounted = 2048;

    private readonly RankLine _line = line;
    private readonly long _first = first;
    private readonly PhiloxKey _key = key;
    private readonly RankedScratch _scratch = scratch;

    /// <summary>Decides.</summary>
    /// <param name="row">The row.</param>
    /// <param name="halves">The upper half of the random number of each element.</param>
    /// <param name="kept">The bits of those that are kept, to be completed.</param>
    /// <param name="open">The positions of those that are open, ascending; is overwritten.</param>
    public void Decide<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> halves, Span<ulong> kept, Span<int> open)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        open = open[..DecideByBins(row, halves, kept, open)];
        if (open.Length > FewElements)
        {
            open = open[..DecideInPureBins(row, halves, kept, open)];
        }

        if (open.Length > FewElements)
        {
            DecideInBins(row, halves, kept, open);
            return;
        }

        foreach (int position in open)
        {
            Decide(halves, kept, position, RankOf(row, position));
        }
    }

    /// <summary>The rank of an element: how many are smaller, or as large and before it.</summary>
    public static int RankOf<T>(ReadOnlySpan<T> row, int position)
        where T : unmanaged
    {
        long pattern = MagnitudeCut.PatternOf(row[position]);
        return CountBelow(row[..position], pattern + 1) + CountBelow(row[position..], pattern);
    }

    /// <summary>How many magnitudes have a pattern below a bound.</summary>
    public static int CountBelow<T>(ReadOnlySpan<T> values, long bound)
        where T : unmanaged => typeof(T) == typeof(float) ? CountBelow<T, int>(values, int.CreateSaturating(bound)) : CountBelow<T, long>(values, bound);

    /// <summary>The same, one by one.</summary>
    public static int CountBelowScalar<T>(ReadOnlySpan<T> values, long bound)
        where T : unmanaged
    {
        int count = 0;
        foreach (T value in values)
        {
            count += MagnitudeCut.PatternOf(value) < bound ? 1 : 0;
        }

        return count;
    }

    private static int CountBelow<T, TBits>(ReadOnlySpan<T> values, TBits bound)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        Vector256<TBits> magnitude = Vector256.Create(TBits.MaxValue);
        Vector256<TBits> limit = Vector256.Create(bound);
        Vector256<TBits> counts0 = Vector256<TBits>.Zero, counts1 = Vector256<TBits>.Zero;
        int index = 0;
        for (; index <= values.Length - (2 * Vector256<TBits>.Count); index += 2 * Vector256<TBits>.Count)
        {
            counts0 -= Vector256.GreaterThan(limit, Vector256.LoadUnsafe(ref first, (nuint)index).As<T, TBits>() & magnitude);
            counts1 -= Vector256.GreaterThan(limit, Vector256.LoadUnsafe(ref first, (nuint)(index + Vector256<TBits>.Count)).As<T, TBits>() & magnitude);
        }

        return int.CreateTruncating(Vector256.Sum(counts0 + counts1)) + CountBelowScalar(values[index..], long.CreateTruncating(bound));
    }

    private static void Set(Span<ulong> kept, int position, bool isKept) =>
        kept[position / WordBits] |= isKept ? 1UL << (position % WordBits) : 0;

    // The lower half of a random number is drawn only where the upper one is that of the limit.
    private bool IsKept(ushort half, int position, uint limit)
    {
        uint upper = limit >> HalfBits;
        return half < upper || (half == upper && Philox4x32.LowerHalf(_key, _first + position) < (ushort)limit);
    }

    // Returns how many are left, and moves these to the front. Zeros stay as they are.
    private int DecideByBins<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> halves, Span<ulong> kept, Span<int> open)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<ushort> bins = _scratch.Bins.Items;
        int left = 0;
        foreach (int position in open)
        {
            (int rank, int count) = RanksOf(bins[position]);
            uint half = halves[position];
            uint lower = _line.LimitOf(rank) >> HalfBits;
            if (half < lower)
            {
                Set(kept, position, isKept: true);
            }
            else if (half <= _line.LimitOf(rank + count - 1) >> HalfBits && row[position] != T.Zero)
            {
                open[left++] = position;
            }
        }

        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (int First, int Count) RanksOf(int bin)
    {
        (int place, int count) = _scratch.Bins.RanksOf(bin);
        return (_scratch.Bounds.FirstRank(MagnitudeBins.GroupOf(bin)) + place, count);
    }

    // Where stored values lie on a coarse grid, full bins hold equal elements, whose ranks follow their positions: elements of the bin are counted from one that is
    // open to the next. Returns how many are left, and moves these to the front.
    private int DecideInPureBins<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> halves, Span<ulong> kept, Span<int> open)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<ushort> bins = _scratch.Bins.Items;
        Span<int> counted = _scratch.Places();
        Span<int> reached = _scratch.Reached();
        int left = 0;
        foreach (int position in open)
        {
            ushort bin = bins[position];
            (int first, int count) = RanksOf(bin);
            ref int before = ref counted[bin];
            if (before == 0)
            {
                before = count > FewMembers && MagnitudeScan.CountEqual(row, MagnitudeCut.PatternOf(row[position])) == count ? 1 : Mixed;
                reached[bin] = 0;
            }

            if (before == Mixed)
            {
                open[left++] = position;
                continue;
            }

            before += bins[reached[bin]..position].Count(bin);
            reached[bin] = position;
            Decide(halves, kept, position, first + before - 1);
        }

        return left;
    }

    // Lists all elements of the bins of those that are open, and counts among these.
    private void DecideInBins<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> halves, Span<ulong> kept, ReadOnlySpan<int> open)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<ushort> bins = _scratch.Bins.Items;
        Span<int> places = _scratch.Places();
        Span<int> members = _scratch.Members();
        Span<T> values = MemoryMarshal.Cast<double, T>(_scratch.Values());
        foreach (int position in open)
        {
            places[bins[position]] = RanksOf(bins[position]).First + 1;
        }

        List(row, bins, places, members, values);
        foreach (int position in open)
        {
            int rank = RanksOf(bins[position]).First;
            ref int end = ref places[bins[position]];
            Span<int> inBin = end > 0 ? members[(rank + 1)..end] : [];
            if (inBin.Length > LargestCounted)
            {
                DecideSorted(row, halves, kept, inBin, rank);
                end = 0;
            }
            else if (end > 0)
            {
                Decide(halves, kept, position, rank + RankOf<T>(values[(rank + 1)..end], inBin.BinarySearch(position)));
            }
        }
    }

    // Members of a bin stand one place behind their rank. Those of other bins go to the place before all: no branch that cannot be foreseen.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void List<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> bins, Span<int> places, Span<int> members, Span<T> values)
        where T : unmanaged
    {
        for (int index = 0; index < bins.Length; index++)
        {
            ref int place = ref places[bins[index]];
            members[place] = index;
            values[place] = row[index];
            place += place > 0 ? 1 : 0;
        }
    }

    private void DecideSorted<T>(ReadOnlySpan<T> row, ReadOnlySpan<ushort> halves, Span<ulong> kept, Span<int> members, int rank)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MagnitudeOrder.Sort(row, members);
        foreach (int position in members)
        {
            kept[position / WordBits] &= ~(1UL << (position % WordBits));
            Decide(halves, kept, position, rank++);
        }
    }

    private void Decide(ReadOnlySpan<ushort> halves, Span<ulong> kept, int position, int rank) =>
        Set(kept, position, IsKept(halves[position], position, _line.LimitOf(rank)));
}
