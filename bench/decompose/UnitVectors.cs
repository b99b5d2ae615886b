using System.Buffers;
using Microsoft.Win32.SafeHandles;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>The task vectors of one matrix, read from the set's files when they are asked for.</summary>
internal sealed class UnitVectors(VectorSet set, string folder, VectorMatrix matrix) : IUnitVectors, IDisposable
{
    private const int TileElements = 8 * 1024;

    private readonly Lazy<SafeFileHandle> _file = new(() => File.OpenHandle(Path.Combine(folder, matrix.File)));

    public MergeUnit Unit { get; } = new([new MergeTensor(matrix.Name, new TensorShape(matrix.Rows, matrix.Columns))]);

    public int VectorCount => set.Tasks;

    public Matrix<double> Read(int vector, int tensor = 0)
    {
        double[] values = GC.AllocateUninitializedArray<double>(matrix.Rows * matrix.Columns);
        Read(vector, tensor, 0, values);
        return Matrix.Wrap(values, matrix.Rows, matrix.Columns);
    }

    public void Read(int vector, int tensor, long start, Span<double> destination)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(TileElements * sizeof(float));
        for (int first = 0; first < destination.Length; first += TileElements)
        {
            Span<double> tile = destination.Slice(first, Math.Min(TileElements, destination.Length - first));
            TensorConverter.Decode(DType.F32, Stored(vector, start + first, bytes.AsSpan(0, tile.Length * sizeof(float))), tile);
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    public void Sum(int tensor, long start, Span<double> destination)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(TileElements * sizeof(float));
        for (int first = 0; first < destination.Length; first += TileElements)
        {
            Span<double> tile = destination.Slice(first, Math.Min(TileElements, destination.Length - first));
            tile.Clear();
            for (int vector = 0; vector < set.Tasks; vector++)
            {
                TensorConverter.MultiplyAdd(DType.F32, Stored(vector, start + first, bytes.AsSpan(0, tile.Length * sizeof(float))), 1, tile);
            }
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    public int? RankBound(int vector, int tensor = 0) => null;

    public void Dispose()
    {
        if (_file.IsValueCreated)
        {
            _file.Value.Dispose();
        }
    }

    private Span<byte> Stored(int vector, long start, Span<byte> bytes)
    {
        long origin = ((long)vector * matrix.Rows * matrix.Columns) + start;
        return RandomAccess.Read(_file.Value, bytes, origin * sizeof(float)) == bytes.Length ? bytes : throw new EndOfStreamException(matrix.File);
    }
}
