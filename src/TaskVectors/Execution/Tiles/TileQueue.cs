namespace TaskVectors.Execution.Tiles;

/// <summary>Hands out the tiles of a list of tensors in order: tensor by tensor, front to back. Safe for concurrent calls.</summary>
internal sealed class TileQueue
{
    private readonly long[] _firstTile;
    private readonly int _tileElements;
    private readonly IReadOnlyList<long> _elements;
    private long _next = -1;

    /// <param name="elements">The number of elements of each tensor; a tensor without elements still has one (empty) tile.</param>
    /// <param name="tileElements">The elements of a tile.</param>
    public TileQueue(IReadOnlyList<long> elements, int tileElements)
    {
        _elements = elements;
        _tileElements = tileElements;
        _firstTile = new long[elements.Count + 1];
        for (int tensor = 0; tensor < elements.Count; tensor++)
        {
            _firstTile[tensor + 1] = _firstTile[tensor] + TileCount(tensor);
        }
    }

    public bool TryTake(out Tile tile)
    {
        long index = Interlocked.Increment(ref _next);
        if (index >= _firstTile[^1])
        {
            tile = default;
            return false;
        }

        int found = Array.BinarySearch(_firstTile, index);
        int tensor = found >= 0 ? found : ~found - 1;
        long first = (index - _firstTile[tensor]) * _tileElements;
        tile = new Tile(tensor, first, (int)Math.Min(_tileElements, _elements[tensor] - first));
        return true;
    }

    private long TileCount(int tensor) => Math.Max(1, (_elements[tensor] + _tileElements - 1) / _tileElements);
}
