namespace TaskVectors.Execution.Tiles;

/// <summary>The bytes of one tile of every input, in one run of memory.</summary>
internal sealed class TileBuffers
{
    // Inputs at a distance of a power of two would fall into the same sets of the cache.
    private const int Padding = 5 * 64;

    private readonly byte[] _bytes;

    /// <param name="inputs">The number of inputs.</param>
    /// <param name="capacity">The bytes that each has room for.</param>
    public TileBuffers(int inputs, int capacity)
    {
        Stride = capacity + Padding;
        _bytes = GC.AllocateUninitializedArray<byte>(inputs * Stride, pinned: true);
    }

    /// <summary>The distance in bytes from one input to the next.</summary>
    public int Stride { get; }

    /// <summary>The bytes of one input.</summary>
    public Span<byte> this[int input] => _bytes.AsSpan(input * Stride, Stride - Padding);

    /// <summary>The bytes of all inputs from an offset on.</summary>
    public ReadOnlySpan<byte> From(int offset) => _bytes.AsSpan(offset);
}
