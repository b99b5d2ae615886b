using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>The buffers of one thread that reads models and makes blocks of them, and the reading.</summary>
internal sealed class TileScratch
{
    /// <summary>The elements that are read from storage at once.</summary>
    public const int TileElements = 16 * LaneBudget.BlockElements;

    private readonly InputReaders _readers;
    private readonly int _streams;
    private readonly int _models;
    private ModelValues<double>? _doubles;
    private ModelValues<float>? _singles;

    /// <param name="readers">The open sources.</param>
    /// <param name="streams">The most tensors read for one tensor of the result.</param>
    /// <param name="models">The number of models.</param>
    /// <param name="tile">The most elements read at once.</param>
    /// <param name="block">The most elements of a block.</param>
    public TileScratch(InputReaders readers, int streams, int models, int tile, int block)
    {
        _readers = readers;
        _streams = streams;
        _models = models;
        Inputs = new TileBuffers(streams, tile * sizeof(double));
        Tile = tile;
        Block = block;
    }

    /// <summary>The most elements read at once.</summary>
    public int Tile { get; }

    /// <summary>The most elements of a block.</summary>
    public int Block { get; }

    /// <summary>The bytes that were read.</summary>
    public TileBuffers Inputs { get; }

    /// <summary>Values in F64.</summary>
    public ModelValues<double> Doubles => _doubles ??= new ModelValues<double>(_streams, _models, Block);

    /// <summary>Values in F32.</summary>
    public ModelValues<float> Singles => _singles ??= new ModelValues<float>(_streams, _models, Block);

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
        int streams = StreamTable.Of(tensor).Streams.Length;
        return (sizeof(double) * streams * tile) + ModelValues<double>.BytesFor(streams, tensor.Vectors.Length, block);
    }

    /// <summary>Reads a tile of every stream.</summary>
    public void Read(StreamTable table, long first, int count)
    {
        for (int stream = 0; stream < table.Streams.Length; stream++)
        {
            (int input, TensorInfo tensor) = table.Streams[stream];
            int size = tensor.DType.BitSize() / 8;
            _readers[input].Read(tensor, first * size, Inputs[stream][..(count * size)]);
        }
    }
}
