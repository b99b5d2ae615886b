using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Selection;

/// <summary>Finds the k-th largest of a list: long ones are narrowed down by counting values in bins, short ones partitioned.</summary>
internal static class QuickSelect
{
    private const int LongestPartitioned = 4096;
    private const int BinBits = 12;
    private const int BinCount = 1 << BinBits;

    /// <summary>The k-th largest value, k from 1. May reorder the values.</summary>
    public static long Largest(Span<long> values, long rank)
    {
        if (values.Length <= LongestPartitioned)
        {
            return LargestByPartition(values, rank);
        }

        int[] counts = ArrayPool<int>.Shared.Rent(2 * BinCount);
        (long lowest, int shift) = Range(values);
        (int bin, int count, long larger) = BinOf(values, rank, lowest, shift, counts);
        ArrayPool<int>.Shared.Return(counts);
        if (shift == 0)
        {
            return lowest + bin;
        }

        long[] rented = ArrayPool<long>.Shared.Rent(count);
        Span<long> members = rented.AsSpan(0, count);
        List(values, lowest, shift, (ulong)bin, members);
        long found = Largest(members, rank - larger);
        ArrayPool<long>.Shared.Return(rented);
        return found;
    }

    // The smallest value, and how far values above it are shifted to give their bin.
    private static (long Lowest, int Shift) Range(ReadOnlySpan<long> values)
    {
        Vector256<long> least = Vector256.Create(long.MaxValue);
        Vector256<long> most = Vector256.Create(long.MinValue);
        int whole = values.Length - (values.Length % Vector256<long>.Count);
        foreach (Vector256<long> four in MemoryMarshal.Cast<long, Vector256<long>>(values[..whole]))
        {
            least = Vector256.Min(least, four);
            most = Vector256.Max(most, four);
        }

        long lowest = long.MaxValue;
        long highest = long.MinValue;
        for (int lane = 0; lane < Vector256<long>.Count; lane++)
        {
            (lowest, highest) = (Math.Min(lowest, least[lane]), Math.Max(highest, most[lane]));
        }

        foreach (long value in values[whole..])
        {
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        }

        return (lowest, Math.Max(0, 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(highest - lowest)) - BinBits));
    }

    // In two tables in turn: neighbours may share a bin, and an addition would wait for the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Bin, int Count, long Larger) BinOf(ReadOnlySpan<long> values, long rank, long lowest, int shift, int[] counts)
    {
        counts.AsSpan(0, 2 * BinCount).Clear();
        ref int table = ref MemoryMarshal.GetArrayDataReference(counts);
        for (int index = 0; index < values.Length; index++)
        {
            Unsafe.Add(ref table, (nint)((ulong)(values[index] - lowest) >> shift) + ((index & 1) << BinBits))++;
        }

        long larger = 0;
        int bin = BinCount - 1;
        for (; larger + counts[bin] + counts[bin + BinCount] < rank; bin--)
        {
            larger += counts[bin] + counts[bin + BinCount];
        }

        return (bin, counts[bin] + counts[bin + BinCount], larger);
    }

    // One more place is written than is kept, but for the last: no branch that cannot be foreseen.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void List(ReadOnlySpan<long> values, long lowest, int shift, ulong bin, Span<long> members)
    {
        int count = 0;
        foreach (long value in values)
        {
            if (count == members.Length)
            {
                return;
            }

            members[count] = value;
            count += (ulong)(value - lowest) >> shift == bin ? 1 : 0;
        }
    }

    private static long LargestByPartition(Span<long> values, long rank)
    {
        int left = 0;
        int right = values.Length - 1;
        int wanted = (int)(values.Length - rank);
        while (left < right)
        {
            long pivot = Median(values[left], values[left + ((right - left) / 2)], values[right]);
            int low = left;
            int high = right;
            while (low <= high)
            {
                while (values[low] < pivot)
                {
                    low++;
                }

                while (values[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (values[low], values[high]) = (values[high], values[low]);
                    low++;
                    high--;
                }
            }

            if (wanted <= high)
            {
                right = high;
            }
            else if (wanted >= low)
            {
                left = low;
            }
            else
            {
                break;
            }
        }

        return values[wanted];
    }

    private static long Median(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
