using System.Buffers;
using System.Numerics;

namespace TaskVectors.Merging.Selection;

/// <summary>Sorts the positions of some elements by their magnitude.</summary>
internal static class MagnitudeOrder
{
    private const int SmallSort = 32;

    /// <summary>Sorts ascending positions in ascending order by magnitude, equal ones as they are.</summary>
    /// <param name="row">The elements.</param>
    /// <param name="positions">Some of their positions.</param>
    public static void Sort<T>(ReadOnlySpan<T> row, Span<int> positions)
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
        long[] rented = ArrayPool<long>.Shared.Rent(positions.Length);
        Span<long> patterns = rented.AsSpan(0, positions.Length);
        bool isSorted = true;
        for (int index = 0; index < patterns.Length; index++)
        {
            patterns[index] = MagnitudeCut.PatternOf(row[positions[index]]);
            isSorted &= index == 0 || patterns[index - 1] <= patterns[index];
        }

        if (!isSorted)
        {
            patterns.Sort(positions);
            SortEqual(patterns, positions);
        }

        ArrayPool<long>.Shared.Return(rented);
    }

    private static void SortEqual(ReadOnlySpan<long> patterns, Span<int> positions)
    {
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
}
