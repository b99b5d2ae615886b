using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>The buffers of one thread that reads models and makes blocks of them, and the reading.</summary>
internal sealed class TileScratch
{
    /// <summary>The elements that are read from storage at once.</summary>
    public const int TileElements = 16 * LaneBudget.BlockElements;

    // Values of models at a distance of a power of two would fall into the same sets of the cache.
    private const int Padding = 40;

    private readonly InputReaders _readers;
    private readonly TileBuffers _inputs;
    private readonly double[] _values;
    private readonly int _stride;
    private bool[] _notNumbers = [];

    /// <param name="readers">The open sources.</param>
    /// <param name="streams">The most tensors read for one tensor of the result.</param>
    /// <param name="models">The number of models.</param>
    /// <param name="tile">The most elements read at once.</param>
    /// <param name="block">The most elements of a block.</param>
    public TileScratch(InputReaders readers, int streams, int models, int tile, int block)
    {
        _readers = readers;
        _inputs = new TileBuffers(streams, tile * sizeof(double));
        _stride = block + Padding;
        _values = GC.AllocateUninitializedArray<double>(models * _stride);
        Tile = tile;
        Block = block;
        Result = GC.AllocateUninitializedArray<double>(block);
    }

    /// <summary>The most elements read at once.</summary>
    public int Tile { get; }

    /// <summary>The most elements of a block.</summary>
    public int Block { get; }

    /// <summary>Room for a block of the result.</summary>
    public double[] Result { get; }

    /// <summary>The elements of a block of a kernel: whole rows where it needs them.</summary>
    public static int BlockOf(MergeTensor tensor, TileKernel kernel)
    {
        if (!kernel.NeedsRows || tensor.RowLength == 0)
        {
            return LaneBudget.BlockElements;
        }

        return checked((int)(tensor.RowLength * Math.Max(1, LaneBudget.BlockElements / tensor.RowLength)));
    }

    /// <summary>The elements read at once: whole blocks.</summary>
    public static int TileOf(int block) => block * Math.Max(1, TileElements / block);

    /// <summary>The bytes of the buffers that a tensor needs.</summary>
    public static long BytesFor(AlignedVectorTensor tensor, MergeTensor shape, TileKernel kernel)
    {
        long block = kernel.NeedsRows ? Math.Max(LaneBudget.BlockElements, shape.RowLength) : LaneBudget.BlockElements;
        long tile = Math.Max(TileElements, block);
        return sizeof(double) * ((StreamTable.Of(tensor).Streams.Length * tile) + ((tensor.Vectors.Length + 1) * (block + Padding)));
    }

    /// <summary>Reads a tile of every stream.</summary>
    public void Read(StreamTable table, long first, int count)
    {
        for (int stream = 0; stream < table.Streams.Length; stream++)
        {
            (int input, TensorInfo tensor) = table.Streams[stream];
            int size = tensor.DType.BitSize() / 8;
            _readers[input].Read(tensor, first * size, _inputs[stream][..(count * size)]);
        }
    }

    /// <summary>Makes a block of elements of the tile that was read.</summary>
    /// <param name="table">The streams of the tensor.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="tileFirst">The index in the tensor of the tile's first element.</param>
    /// <param name="start">The first element of the block, counted from the beginning of the tile.</param>
    /// <param name="count">The number of elements.</param>
    public MergeBlock BlockAt(StreamTable table, TiledTensor tensor, long tileFirst, int start, int count)
    {
        for (int model = 0; model < table.Models.Length; model++)
        {
            Sum(table, model, start, _values.AsSpan(model * _stride, count));
        }

        return new MergeBlock(tensor.Tensor, tileFirst + start, count, _values, _stride, tensor.Keys, tensor.Origin);
    }

    /// <summary>Merges a block; an element that is NaN in a model is NaN in the result, whatever the kernel selects.</summary>
    public void Merge(TiledTensor tensor, MergeBlock block, Span<double> result)
    {
        bool hasNaN = FindNaN(block);
        tensor.Merge(block, result);
        for (int index = 0; hasNaN && index < result.Length; index++)
        {
            result[index] = _notNumbers[index] ? double.NaN : result[index];
        }
    }

    private bool FindNaN(MergeBlock block)
    {
        bool found = false;
        for (int model = 0; model < block.ModelCount; model++)
        {
            found |= NaNSearch.Contains(block[model]);
        }

        if (found)
        {
            _notNumbers = _notNumbers.Length < block.Count ? new bool[block.Count] : _notNumbers;
            for (int index = 0; index < block.Count; index++)
            {
                _notNumbers[index] = false;
                for (int model = 0; model < block.ModelCount; model++)
                {
                    _notNumbers[index] |= double.IsNaN(block[model][index]);
                }
            }
        }

        return found;
    }

    private void Sum(StreamTable table, int model, int start, Span<double> sum)
    {
        ReadOnlySpan<StreamTerm> terms = table.Models[model].AsSpan();
        for (int index = 0; index < terms.Length; index++)
        {
            DType dtype = table.Streams[terms[index].Stream].Tensor.DType;
            int size = dtype.BitSize() / 8;
            ReadOnlySpan<byte> bytes = _inputs[terms[index].Stream].Slice(start * size, sum.Length * size);
            if (index > 0)
            {
                TensorConverter.MultiplyAdd(dtype, bytes, terms[index].Coefficient, sum);
            }
            else if (terms[index].Coefficient == 1)
            {
                TensorConverter.Decode(dtype, bytes, sum);
            }
            else
            {
                TensorConverter.Multiply(dtype, bytes, terms[index].Coefficient, sum);
            }
        }

        if (terms.IsEmpty)
        {
            sum.Clear();
        }
    }
}
