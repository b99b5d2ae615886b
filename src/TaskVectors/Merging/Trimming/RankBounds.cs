using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// What the numbers of elements in groups of bins decide: ranks in a group lie between its first and that of the next, so a random number below the limit of the
/// first keeps an element, one above that of the next drops it. Turned round, each upper byte of a random number says from which group on elements are kept
/// and below which they are dropped; most often one or two groups lie between.
/// </summary>
internal sealed class RankBounds
{
    private const int WordBits = 64;
    private const int ByteShift = 24 + RankLine.LimitShift;
    private const int TableBits = 4;
    private const int TableLength = 1 << TableBits;
    private const int TableMask = TableLength - 1;

    // Added to a place in a table with saturation, it leaves the place in the lower half of the byte, and sets the highest bit of places in other tables.
    private const byte InTable = 0x80 - TableLength;

    private readonly byte[] _keptFrom = new byte[byte.MaxValue + 2 + TableLength];
    private readonly byte[] _droppedBelow = new byte[byte.MaxValue + 2 + TableLength];

    // Tables of sixteen bytes, each twice in a row, as the instruction that looks up wants them.
    private readonly byte[] _keptTables = new byte[2 * (byte.MaxValue + 1)];
    private readonly byte[] _droppedTables = new byte[2 * (byte.MaxValue + 1)];
    private readonly int[] _firstRanks = new int[MagnitudeBins.GroupCount];
    private int _base;
    private int _tables;

    /// <summary>Finds the bounds for a row.</summary>
    /// <param name="bins">Its elements in bins.</param>
    /// <param name="line">The limits of ranks.</param>
    /// <param name="length">The number of elements.</param>
    public void Find(MagnitudeBins bins, RankLine line, int length)
    {
        _keptFrom.AsSpan().Clear();
        _droppedBelow.AsSpan().Clear();
        ulong highest = line.Low + (line.Step * (ulong)(length - 1));
        ListGroups(bins.GroupCounts, line, highest);
        _base = Math.Max((int)(line.Low >> ByteShift) - 1, 0);
        int last = Math.Min(CeilingOf(highest), byte.MaxValue);
        _tables = ((last - _base) >> TableBits) + 1;
        FillTables(bins.IsFirstZero ? (byte)1 : (byte)0);
    }

    /// <summary>The first rank of a group.</summary>
    public int FirstRank(int group) => _firstRanks[group];

    /// <summary>Decides about the elements of a row.</summary>
    /// <param name="bins">The bin of each.</param>
    /// <param name="halves">The upper half of the random number of each.</param>
    /// <param name="kept">Receives a bit for each: whether it is certain to be kept.</param>
    /// <param name="open">Receives the positions of those that this does not decide; one longer than the row.</param>
    /// <returns>Their number.</returns>
    public int Decide(ReadOnlySpan<ushort> bins, ReadOnlySpan<ushort> halves, Span<ulong> kept, Span<int> open)
    {
        int count = 0;
        for (int start = 0; start < bins.Length; start += WordBits)
        {
            int length = Math.Min(WordBits, bins.Length - start);
            (ulong word, ulong unsure) = Compare(bins.Slice(start, length), halves.Slice(start, length));
            kept[start / WordBits] = word;
            count = List(unsure, start, open, count);
        }

        return count;
    }

    // One or none is usual; that one more place is written saves a branch that cannot be foreseen.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(ulong bits, int start, Span<int> positions, int count)
    {
        int end = count + BitOperations.PopCount(bits);
        while (count < end - 1)
        {
            positions[count++] = start + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
        }

        positions[count] = start + BitOperations.TrailingZeroCount(bits);
        return end;
    }

    /// <summary>The bits of up to 64 elements: those that are kept, and those that are not decided.</summary>
    public (ulong Kept, ulong Open) Compare(ReadOnlySpan<ushort> bins, ReadOnlySpan<ushort> halves) =>
        Avx2.IsSupported && bins.Length == WordBits ? CompareWide(bins, halves) : CompareScalar(bins, halves);

    /// <summary>The same, one by one.</summary>
    public (ulong Kept, ulong Open) CompareScalar(ReadOnlySpan<ushort> bins, ReadOnlySpan<ushort> halves)
    {
        ulong kept = 0;
        ulong open = 0;
        for (int index = 0; index < bins.Length; index++)
        {
            int place = Math.Clamp((halves[index] >> 8) - _base, 0, (_tables * TableLength) - 1);
            int inTables = ((place & ~TableMask) << 1) | (place & TableMask);
            int group = MagnitudeBins.GroupOf(bins[index]);
            bool isKept = group >= _keptTables[inTables];
            kept |= isKept ? 1UL << index : 0;
            open |= !isKept && group >= _droppedTables[inTables] ? 1UL << index : 0;
        }

        return (kept, open);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CeilingOf(ulong limit) => (int)((limit + (1UL << ByteShift) - 1) >> ByteShift);

    // Groups are listed by the byte at which their limits lie; of several at one byte the last counts.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ListGroups(ReadOnlySpan<int> counts, RankLine line, ulong highest)
    {
        ref byte keptFrom = ref MemoryMarshal.GetArrayDataReference(_keptFrom);
        ref byte droppedBelow = ref MemoryMarshal.GetArrayDataReference(_droppedBelow);
        ref int firstRank = ref MemoryMarshal.GetArrayDataReference(_firstRanks);
        ulong limit = line.Low;
        ulong reached = line.Low;
        int rank = 0;
        for (int group = 0; group < counts.Length; group++)
        {
            int count = counts[group];
            Unsafe.Add(ref firstRank, group) = rank;
            Unsafe.Add(ref keptFrom, (nint)(reached >> ByteShift)) = (byte)(group + 1);
            rank += count;
            limit += line.Step * (ulong)count;
            reached = Math.Min(limit, highest);
            Unsafe.Add(ref droppedBelow, CeilingOf(reached)) = (byte)(group + 1);
        }
    }

    // An upper byte keeps from behind the last group listed at it or before on, and drops below.
    private void FillTables(byte least)
    {
        Vector128<byte> keptFrom = Vector128.Create(least);
        Vector128<byte> droppedBelow = keptFrom;
        for (int table = 0; table < _tables; table++)
        {
            keptFrom = FillTable(_keptFrom, table, keptFrom, _keptTables);
            droppedBelow = FillTable(_droppedBelow, table, droppedBelow, _droppedTables);
        }
    }

    // The largest up to each place: of pairs, of fours, of eights, of all sixteen and of those in the tables before; returns that of the last place.
    private Vector128<byte> FillTable(ReadOnlySpan<byte> listed, int table, Vector128<byte> before, Span<byte> target)
    {
        Vector128<byte> largest = Vector128.Create(listed[(_base + (table * TableLength))..]);
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, (byte)14)));
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(255, 255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, (byte)13)));
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(255, 255, 255, 255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)11)));
        largest = Vector128.Max(largest, Vector128.Shuffle(largest, Vector128.Create(255, 255, 255, 255, 255, 255, 255, 255, 0, 1, 2, 3, 4, 5, 6, (byte)7)));
        largest = Vector128.Max(largest, before);
        largest.CopyTo(target[(table * 2 * TableLength)..]);
        largest.CopyTo(target[(((table * 2) + 1) * TableLength)..]);
        return Vector128.Shuffle(largest, Vector128.Create((byte)(TableLength - 1)));
    }

    private (ulong Kept, ulong Open) CompareWide(ReadOnlySpan<ushort> bins, ReadOnlySpan<ushort> halves)
    {
        ref ushort bin = ref MemoryMarshal.GetReference(bins);
        ref ushort half = ref MemoryMarshal.GetReference(halves);
        Vector256<byte> lowest = Vector256.Create((byte)_base);
        Vector256<byte> highest = Vector256.Create((byte)((_tables * TableLength) - 1));
        Vector256<byte> place0 = Vector256.Min(Avx2.SubtractSaturate(UpperBytes(ref half, 0), lowest), highest);
        Vector256<byte> place1 = Vector256.Min(Avx2.SubtractSaturate(UpperBytes(ref half, 32), lowest), highest);
        Vector256<byte> keptFrom0 = Vector256<byte>.Zero, keptFrom1 = Vector256<byte>.Zero;
        Vector256<byte> droppedBelow0 = Vector256<byte>.Zero, droppedBelow1 = Vector256<byte>.Zero;
        ref byte keptTable = ref MemoryMarshal.GetArrayDataReference(_keptTables);
        ref byte droppedTable = ref MemoryMarshal.GetArrayDataReference(_droppedTables);
        for (int table = 0; table < _tables; table++)
        {
            Vector256<byte> keptHere = Vector256.LoadUnsafe(ref keptTable, (nuint)(table * 2 * TableLength));
            Vector256<byte> droppedHere = Vector256.LoadUnsafe(ref droppedTable, (nuint)(table * 2 * TableLength));
            Vector256<byte> here0 = Avx2.AddSaturate(place0, Vector256.Create(InTable));
            Vector256<byte> here1 = Avx2.AddSaturate(place1, Vector256.Create(InTable));
            keptFrom0 |= Avx2.Shuffle(keptHere, here0);
            keptFrom1 |= Avx2.Shuffle(keptHere, here1);
            droppedBelow0 |= Avx2.Shuffle(droppedHere, here0);
            droppedBelow1 |= Avx2.Shuffle(droppedHere, here1);
            place0 -= Vector256.Create((byte)TableLength);
            place1 -= Vector256.Create((byte)TableLength);
        }

        Vector256<byte> group0 = LowerBytes(ref bin, 0);
        Vector256<byte> group1 = LowerBytes(ref bin, 32);
        ulong kept = NotBelow(group0, keptFrom0) | ((ulong)NotBelow(group1, keptFrom1) << 32);
        ulong notDropped = NotBelow(group0, droppedBelow0) | ((ulong)NotBelow(group1, droppedBelow1) << 32);
        return (kept, notDropped & ~kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint NotBelow(Vector256<byte> groups, Vector256<byte> bounds) => Vector256.Equals(Vector256.Max(groups, bounds), groups).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> UpperBytes(ref ushort values, nuint index) =>
        Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref values, index) >>> 8, Vector256.LoadUnsafe(ref values, index + 16) >>> 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> LowerBytes(ref ushort values, nuint index)
    {
        Vector256<ushort> mask = Vector256.Create((ushort)byte.MaxValue);
        return Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref values, index) & mask, Vector256.LoadUnsafe(ref values, index + 16) & mask);
    }
}
