using System.Buffers;

namespace TaskVectors.Merging.Selection;

/// <summary>A list whose room is lent and given back, so that lists of many chunks leave no garbage behind.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
internal sealed class PooledList<T>
{
    private const int SmallestRoom = 512;

    private T[] _items = [];

    /// <summary>The number of elements.</summary>
    public int Count { get; private set; }

    /// <summary>The elements.</summary>
    public Span<T> Items => _items.AsSpan(0, Count);

    /// <summary>Takes room for as many elements at once, which growing step by step would take twice.</summary>
    public void Reserve(int capacity)
    {
        if (_items.Length < capacity)
        {
            Grow(capacity);
        }
    }

    /// <summary>Appends an element.</summary>
    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow(Count + 1);
        }

        _items[Count++] = item;
    }

    /// <summary>Appends elements and returns the room for them.</summary>
    public Span<T> Append(int count)
    {
        if (_items.Length - Count < count)
        {
            Grow(checked(Count + count));
        }

        Count += count;
        return _items.AsSpan(Count - count, count);
    }

    /// <summary>Forgets the elements behind the first few, and keeps their room.</summary>
    public void Shorten(int count) => Count = Math.Min(Count, count);

    /// <summary>Forgets all elements and gives back their room.</summary>
    public void Clear()
    {
        if (_items.Length > 0)
        {
            ArrayPool<T>.Shared.Return(_items);
        }

        (_items, Count) = ([], 0);
    }

    /// <summary>An empty list with the room of this one, which has none then.</summary>
    public PooledList<T> Release()
    {
        var list = new PooledList<T> { _items = _items };
        (_items, Count) = ([], 0);
        return list;
    }

    private void Grow(int needed)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(Math.Max(Math.Max(SmallestRoom, needed), 2 * _items.Length));
        int count = Count;
        Items.CopyTo(larger);
        Clear();
        (_items, Count) = (larger, count);
    }
}
