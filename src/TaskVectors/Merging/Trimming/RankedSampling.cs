using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// The pruning of DELLA: element i of a row of n is kept with probability density - epsilon + 2 epsilon r_i / (n - 1), r_i its rank from the smallest
/// magnitude, 0, to the largest, n - 1; equal magnitudes by their index. A row of one element is kept with the density.
/// Source: Deep et al., "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling", 2024, section 3.1.
/// </summary>
/// <remarks>
/// An element is kept where its random number of 32 bits, as a fraction of 2^32, lies below the probability. A rank matters only where the two are close.
/// So ranks are not sorted out: magnitudes are counted in bins, whose first ranks bound the probabilities of their elements, and only bins that hold an
/// element which this does not decide are sorted.
/// </remarks>
internal sealed class RankedSampling
{
    private const int OctaveBits = 3;
    private const int WordBits = 64;
    private const int SmallSort = 32;
    private const int FewBins = 16;

    // Probabilities are compared as integers in units of 2^-63, of which random numbers have the upper 32 bits.
    private const double ProbabilityUnits = 9223372036854775808.0;
    private const int NumberShift = 31;

    private readonly double _density;
    private readonly double _epsilon;
    private readonly bool _divides;

    /// <param name="density">The mean probability; 0 drops and 1 keeps everything.</param>
    /// <param name="epsilon">How far probabilities lie from it at most.</param>
    /// <param name="divides">Whether what is kept is divided by its probability.</param>
    public RankedSampling(double density, double epsilon, bool divides)
    {
        _density = density;
        _epsilon = epsilon;
        _divides = divides;
    }

    /// <summary>Whether what is kept is divided by its probability.</summary>
    public bool Divides => _divides;

    /// <summary>The probability that an element is kept.</summary>
    /// <param name="rank">Its rank, 0 for the smallest.</param>
    /// <param name="count">The elements of the row.</param>
    public double ProbabilityOf(int rank, int count) => count < 2 ? _density : _density - _epsilon + (2 * _epsilon * rank / (count - 1));

    /// <summary>Prunes a row.</summary>
    /// <param name="row">Its elements.</param>
    /// <param name="first">The index in the tensor of the first.</param>
    /// <param name="key">The key of the random numbers.</param>
    /// <param name="scratch">Room.</param>
    public void Apply<T>(Span<T> row, long first, PhiloxKey key, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_density >= 1)
        {
            return;
        }

        if (_density <= 0)
        {
            row.Clear();
        }
        else if (_divides)
        {
            ApplySorted(row, first, key);
        }
        else
        {
            ApplyBinned(row, first, key, scratch);
        }
    }

    /// <summary>The same by sorting the row.</summary>
    public void ApplySorted<T>(Span<T> row, long first, PhiloxKey key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (ulong low, ulong step) = Line(row.Length);
        int[] order = Order<T>(row);
        for (int rank = 0; rank < order.Length; rank++)
        {
            ref T value = ref row[order[rank]];
            bool isKept = RandomNumber(key, first + order[rank]) < Limit(low, step, rank);
            value = !isKept ? T.Zero : _divides ? value / T.CreateTruncating(ProbabilityOf(rank, order.Length)) : value;
        }
    }

    /// <summary>The positions of the elements of a row in the order of their ranks.</summary>
    public static int[] Order<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] order = [.. Enumerable.Range(0, row.Length)];
        Sort(row, order);
        return order;
    }

    // Never 0, which marks bins.
    private static uint Limit(ulong probability) => (uint)Math.Min(probability >> NumberShift, uint.MaxValue) | 1;

    private static uint Limit(ulong low, ulong step, int rank) => Limit(low + (step * (ulong)rank));

    private static uint RandomNumber(PhiloxKey key, long element) => (uint)(Philox4x32.Bits(key, element >> 1) >> ((int)(element & 1) * 32));

    private (ulong Low, ulong Step) Line(int count) => count < 2
        ? ((ulong)(_density * ProbabilityUnits), 0)
        : ((ulong)((_density - _epsilon) * ProbabilityUnits), (ulong)(2 * _epsilon * ProbabilityUnits) / (ulong)(count - 1));

    // Sorts positions in ascending order by magnitude, equal ones as they are: ascending.
    private static void Sort<T>(ReadOnlySpan<T> row, Span<int> positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (positions.Length > SmallSort)
        {
            SortLarge(row, positions);
            return;
        }

        for (int index = 1; index < positions.Length; index++)
        {
            int position = positions[index];
            long pattern = MagnitudeCut.PatternOf(row[position]);
            int target = index;
            for (; target > 0 && MagnitudeCut.PatternOf(row[positions[target - 1]]) > pattern; target--)
            {
                positions[target] = positions[target - 1];
            }

            positions[target] = position;
        }
    }

    private static void SortLarge<T>(ReadOnlySpan<T> row, Span<int> positions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long[] patterns = new long[positions.Length];
        bool isSorted = true;
        for (int index = 0; index < patterns.Length; index++)
        {
            patterns[index] = MagnitudeCut.PatternOf(row[positions[index]]);
            isSorted &= index == 0 || patterns[index - 1] <= patterns[index];
        }

        if (isSorted)
        {
            return;
        }

        patterns.AsSpan().Sort(positions);
        for (int start = 0; start < patterns.Length;)
        {
            int end = start + 1;
            while (end < patterns.Length && patterns[end] == patterns[start])
            {
                end++;
            }

            positions[start..end].Sort();
            start = end;
        }
    }

    private void ApplyBinned<T>(Span<T> row, long first, PhiloxKey key, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DrawNumbers(scratch.RandomNumbers.AsSpan(0, row.Length), first, key);
        FindBins<T>(row, scratch);
        FindLimits(row.Length, scratch);
        int open = Decide(row.Length, scratch);
        if (open > 0)
        {
            DecideBySorting<T>(row, open, scratch);
        }

        for (int start = 0; start < row.Length; start += WordBits)
        {
            ulong word = scratch.Kept[start / WordBits];
            if (row.Length - start >= WordBits)
            {
                KeptBits.Clear(row.Slice(start, WordBits), word);
            }
            else
            {
                KeptBits.ClearScalar(row[start..], word);
            }
        }
    }

    private static void DrawNumbers(Span<uint> numbers, long first, PhiloxKey key)
    {
        int index = 0;
        for (; ((first + index) & 3) != 0 && index < numbers.Length; index++)
        {
            numbers[index] = RandomNumber(key, first + index);
        }

        for (; Avx2.IsSupported && index <= numbers.Length - 16; index += 16)
        {
            (Vector256<ulong> lower, Vector256<ulong> upper) = Philox4x32.Bits8(key, (first + index) >> 1);
            lower.AsUInt32().CopyTo(numbers[index..]);
            upper.AsUInt32().CopyTo(numbers[(index + 8)..]);
        }

        for (; index < numbers.Length; index++)
        {
            numbers[index] = RandomNumber(key, first + index);
        }
    }

    // The bins divide the eight octaves below the largest magnitude evenly in the logarithm, nearly; what is smaller is in the first.
    private static void FindBins<T>(ReadOnlySpan<T> row, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int fractionBits = typeof(T) == typeof(float) ? 23 : 52;
        int shift = fractionBits + OctaveBits - BitOperations.Log2((uint)scratch.BinCount);
        long lowest = (LargestPattern(row) >> shift) - (scratch.BinCount - 1);
        Span<int> bins = scratch.Bins.AsSpan(0, row.Length);
        int index = 0;
        Vector256<int> offset = Vector256.Create((int)lowest);
        for (; index <= row.Length - Vector256<int>.Count; index += Vector256<int>.Count)
        {
            Vector256.Max(Shifted(row.Slice(index, Vector256<int>.Count), shift) - offset, Vector256<int>.Zero).CopyTo(bins[index..]);
        }

        for (; index < row.Length; index++)
        {
            bins[index] = (int)Math.Max(0, (MagnitudeCut.PatternOf(row[index]) >>> shift) - lowest);
        }

        CountBins(bins, scratch);
    }

    // The upper bits of eight patterns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Shifted<T>(ReadOnlySpan<T> values, int shift)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return (Vector256.Create(values).As<T, int>() & Vector256.Create(int.MaxValue)) >>> shift;
        }

        Vector256<long> magnitude = Vector256.Create(long.MaxValue);
        return Vector256.Narrow(
            (Vector256.Create(values).As<T, long>() & magnitude) >>> shift, (Vector256.Create(values[4..]).As<T, long>() & magnitude) >>> shift);
    }

    // In two tables in turn: neighbours often share a bin, and an addition would wait for the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountBins(ReadOnlySpan<int> bins, RankedScratch scratch)
    {
        Span<int> counts = scratch.Counts.AsSpan(0, scratch.BinCount + 1);
        Span<int> others = scratch.Ends.AsSpan(0, scratch.BinCount);
        counts.Clear();
        others.Clear();
        ref int bin = ref MemoryMarshal.GetReference(bins);
        ref int count = ref MemoryMarshal.GetReference(counts);
        ref int other = ref MemoryMarshal.GetReference(others);
        int index = 0;
        for (; index <= bins.Length - 2; index += 2)
        {
            Unsafe.Add(ref count, Unsafe.Add(ref bin, index))++;
            Unsafe.Add(ref other, Unsafe.Add(ref bin, index + 1))++;
        }

        if (index < bins.Length)
        {
            counts[bins[index]]++;
        }

        for (int place = 0; place < others.Length; place++)
        {
            counts[place] += others[place];
        }
    }

    private static long LargestPattern<T>(ReadOnlySpan<T> row)
        where T : unmanaged => typeof(T) == typeof(float) ? LargestPattern<T, int>(row) : LargestPattern<T, long>(row);

    private static long LargestPattern<T, TBits>(ReadOnlySpan<T> row)
        where T : unmanaged
        where TBits : unmanaged, IBinaryInteger<TBits>, IMinMaxValue<TBits>
    {
        Vector<TBits> largest = Vector<TBits>.Zero;
        int index = 0;
        for (; index <= row.Length - Vector<TBits>.Count; index += Vector<TBits>.Count)
        {
            largest = Vector.Max(largest, new Vector<T>(row[index..]).As<T, TBits>() & new Vector<TBits>(TBits.MaxValue));
        }

        long result = 0;
        for (int lane = 0; lane < Vector<TBits>.Count; lane++)
        {
            result = Math.Max(result, long.CreateTruncating(largest[lane]));
        }

        for (; index < row.Length; index++)
        {
            result = Math.Max(result, MagnitudeCut.PatternOf(row[index]));
        }

        return result;
    }

    // Limit b is that of the first rank in bin b, and no less than that of the last in bin b - 1; counts become first ranks.
    private void FindLimits(int length, RankedScratch scratch)
    {
        (ulong low, ulong step) = Line(length);
        Span<int> counts = scratch.Counts.AsSpan(0, scratch.BinCount + 1);
        Span<uint> limits = scratch.Limits.AsSpan(0, counts.Length);
        int rank = 0;
        ulong limit = low;
        for (int bin = 0; bin < limits.Length; bin++)
        {
            int count = counts[bin];
            counts[bin] = rank;
            limits[bin] = Limit(limit);
            rank += count;
            limit += step * (ulong)count;
        }
    }

    // Lists the elements that their bins do not decide, and returns their number. Most numbers lie below the limit of the first rank or above that
    // of the last, whatever the bin.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Decide(int length, RankedScratch scratch)
    {
        ref uint number = ref MemoryMarshal.GetArrayDataReference(scratch.RandomNumbers);
        ref uint limit = ref MemoryMarshal.GetArrayDataReference(scratch.Limits);
        ref int bin = ref MemoryMarshal.GetArrayDataReference(scratch.Bins);
        ref int position = ref MemoryMarshal.GetArrayDataReference(scratch.Positions);
        uint lowest = limit;
        uint highest = Unsafe.Add(ref limit, scratch.BinCount);
        int open = 0;
        for (int start = 0; start < length; start += WordBits)
        {
            (ulong word, ulong unsure) = Compare(scratch.RandomNumbers.AsSpan(start, Math.Min(WordBits, length - start)), lowest, highest);
            while (unsure != 0)
            {
                int bit = BitOperations.TrailingZeroCount(unsure);
                unsure &= unsure - 1;
                uint drawn = Unsafe.Add(ref number, start + bit);
                ref uint bound = ref Unsafe.Add(ref limit, Unsafe.Add(ref bin, start + bit));
                uint isKept = drawn < bound ? 1u : 0;
                uint mayBeKept = drawn < Unsafe.Add(ref bound, 1) ? 1u : 0;
                word |= (ulong)isKept << bit;
                Unsafe.Add(ref position, open) = start + bit;
                open += (int)(isKept ^ mayBeKept);
            }

            scratch.Kept[start / WordBits] = word;
        }

        return open;
    }

    /// <summary>The bits of up to 64 numbers: those that lie below a limit, and those between it and another.</summary>
    public static (ulong Below, ulong Between) Compare(ReadOnlySpan<uint> numbers, uint lowest, uint highest)
    {
        ulong below = 0;
        ulong notAbove = 0;
        int index = 0;
        for (; index <= numbers.Length - Vector256<uint>.Count; index += Vector256<uint>.Count)
        {
            Vector256<uint> drawn = Vector256.Create(numbers[index..]);
            below |= (ulong)Vector256.LessThan(drawn, Vector256.Create(lowest)).ExtractMostSignificantBits() << index;
            notAbove |= (ulong)Vector256.LessThan(drawn, Vector256.Create(highest)).ExtractMostSignificantBits() << index;
        }

        (ulong restBelow, ulong restNotAbove) = CompareScalar(numbers, lowest, highest, index);
        below |= restBelow;
        return (below, (notAbove | restNotAbove) & ~below);
    }

    /// <summary>The bits of the numbers from a place on that lie below each of two limits, one by one.</summary>
    public static (ulong BelowLowest, ulong BelowHighest) CompareScalar(ReadOnlySpan<uint> numbers, uint lowest, uint highest, int from)
    {
        ulong below = 0;
        ulong notAbove = 0;
        for (int index = from; index < numbers.Length; index++)
        {
            below |= numbers[index] < lowest ? 1UL << index : 0;
            notAbove |= numbers[index] < highest ? 1UL << index : 0;
        }

        return (below, notAbove);
    }

    // Sorts the bins of the listed elements and decides all elements of these.
    private void DecideBySorting<T>(ReadOnlySpan<T> row, int open, RankedScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int bins = ListBins(open, scratch);
        if (bins <= FewBins)
        {
            foreach (int bin in scratch.Sorted.AsSpan(0, bins))
            {
                Find(row.Length, bin, scratch);
            }
        }
        else
        {
            FindAll(row.Length, scratch);
        }

        (ulong low, ulong step) = Line(row.Length);
        foreach (int bin in scratch.Sorted.AsSpan(0, bins))
        {
            int start = scratch.Counts[bin];
            Span<int> positions = scratch.Positions.AsSpan(start, scratch.Ends[bin] - start);
            Sort(row, positions);
            for (int rank = 0; rank < positions.Length; rank++)
            {
                int position = positions[rank];
                ulong bit = 1UL << (position % WordBits);
                ref ulong word = ref scratch.Kept[position / WordBits];
                word = scratch.RandomNumbers[position] < Limit(low, step, start + rank) ? word | bit : word & ~bit;
            }
        }
    }

    // Bins to sort are marked by a limit of zero.
    private static int ListBins(int open, RankedScratch scratch)
    {
        int count = 0;
        foreach (int position in scratch.Positions.AsSpan(0, open))
        {
            int bin = scratch.Bins[position];
            if (scratch.Limits[bin] != 0)
            {
                scratch.Limits[bin] = 0;
                scratch.Ends[bin] = scratch.Counts[bin];
                scratch.Sorted[count++] = bin;
            }
        }

        return count;
    }

    // Lists the elements of a bin from its first rank on.
    private static void Find(int length, int bin, RankedScratch scratch)
    {
        ReadOnlySpan<int> bins = scratch.Bins.AsSpan(0, length);
        Span<int> positions = scratch.Positions.AsSpan();
        int next = scratch.Counts[bin];
        int index = 0;
        Vector256<int> wanted = Vector256.Create(bin);
        for (; index <= length - Vector256<int>.Count; index += Vector256<int>.Count)
        {
            uint found = Vector256.Equals(Vector256.Create(bins[index..]), wanted).ExtractMostSignificantBits();
            while (found != 0)
            {
                positions[next++] = index + BitOperations.TrailingZeroCount(found);
                found &= found - 1;
            }
        }

        for (; index < length; index++)
        {
            if (bins[index] == bin)
            {
                positions[next++] = index;
            }
        }

        scratch.Ends[bin] = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindAll(int length, RankedScratch scratch)
    {
        // Elements of other bins are written to the place after the last: no branch that cannot be foreseen.
        ref int bins = ref MemoryMarshal.GetArrayDataReference(scratch.Bins);
        ref int ends = ref MemoryMarshal.GetArrayDataReference(scratch.Ends);
        ref int positions = ref MemoryMarshal.GetArrayDataReference(scratch.Positions);
        ref uint limits = ref MemoryMarshal.GetArrayDataReference(scratch.Limits);
        for (int index = 0; index < length; index++)
        {
            int bin = Unsafe.Add(ref bins, index);
            int isSorted = Unsafe.Add(ref limits, bin) == 0 ? 1 : 0;
            ref int end = ref Unsafe.Add(ref ends, bin);
            Unsafe.Add(ref positions, isSorted != 0 ? end : length) = index;
            end += isSorted;
        }
    }
}
