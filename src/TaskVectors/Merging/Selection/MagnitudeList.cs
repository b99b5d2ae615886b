using System.Buffers;

namespace TaskVectors.Merging.Selection;

/// <summary>Magnitudes listed with their index in the series, in the order of the indices.</summary>
internal sealed class MagnitudeList
{
    /// <summary>The bytes of a listed element.</summary>
    public const int ElementBytes = 2 * sizeof(long);

    // Pattern and index in turn, so that the room of a sample of patterns can be taken over.
    private PooledList<long> _items = new();

    /// <summary>The number of elements.</summary>
    public int Count => _items.Count / 2;

    /// <summary>Takes room for as many elements at once.</summary>
    public void Reserve(int capacity) => _items.Reserve(checked(2 * capacity));

    /// <summary>Takes over the room of a list, which is empty then.</summary>
    public void TakeRoom(PooledList<long> list)
    {
        _items.Clear();
        _items = list.Release();
    }

    /// <summary>Appends an element.</summary>
    public void Add(long pattern, long index)
    {
        _items.Add(pattern);
        _items.Add(index);
    }

    /// <summary>Appends the elements of another list.</summary>
    public void Add(MagnitudeList other) => other._items.Items.CopyTo(_items.Append(other._items.Count));

    /// <summary>Forgets all elements and gives back their room.</summary>
    public void Clear() => _items.Clear();

    /// <summary>The end of the k largest elements of a gap between counted patterns.</summary>
    /// <param name="below">The pattern below the gap.</param>
    /// <param name="above">The pattern above the gap.</param>
    /// <param name="count">The number of elements in the gap.</param>
    /// <param name="rank">k, from 1.</param>
    /// <param name="keepsTies">Whether everything as large as the k-th lies within.</param>
    public MagnitudeCut CutOf(long below, long above, long count, long rank, bool keepsTies)
    {
        long[] rented = ArrayPool<long>.Shared.Rent(checked((int)count));
        Span<long> patterns = rented.AsSpan(0, (int)count);
        int next = 0;
        ReadOnlySpan<long> items = _items.Items;
        for (int place = 0; place < items.Length; place += 2)
        {
            if (items[place] > below && items[place] < above)
            {
                patterns[next++] = items[place];
            }
        }

        long pattern = QuickSelect.Largest(patterns, rank);
        long larger = 0;
        foreach (long candidate in patterns)
        {
            larger += candidate > pattern ? 1 : 0;
        }

        ArrayPool<long>.Shared.Return(rented);
        return new MagnitudeCut(pattern, keepsTies ? long.MaxValue : IndexAfter(pattern, rank - larger));
    }

    // Behind the k-th element of a pattern.
    private long IndexAfter(long pattern, long rank)
    {
        ReadOnlySpan<long> items = _items.Items;
        int place = -2;
        while (rank > 0)
        {
            place += 2;
            rank -= items[place] == pattern ? 1 : 0;
        }

        return items[place + 1] + 1;
    }
}
