using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>Forms the differences of a tile block by block, and the inner products of every pair.</summary>
internal sealed class ComparisonLane : ITileLane
{
    private readonly IReadOnlyList<PlannedInput> _sources;
    private readonly IReadOnlyList<ComparedTensor> _tensors;
    private readonly InputReaders _readers;
    private readonly GramSums _sums;
    private readonly ProgressMeter _meter;
    private readonly byte[][] _inputs;
    private readonly double[][] _vectors;

    public ComparisonLane(
        IReadOnlyList<PlannedInput> sources,
        IReadOnlyList<ComparedTensor> tensors,
        InputReaders readers,
        GramSums sums,
        int tileElements,
        ProgressMeter meter)
    {
        _sources = sources;
        _tensors = tensors;
        _readers = readers;
        _sums = sums;
        _meter = meter;
        _inputs = [.. Enumerable.Range(0, sums.Count).Select(_ => GC.AllocateUninitializedArray<byte>(tileElements * sizeof(double), pinned: true))];
        _vectors = [.. Enumerable.Range(0, sums.Count).Select(_ => new double[LaneBudget.BlockElements])];
    }

    public void Process(Tile tile)
    {
        ComparedTensor tensor = _tensors[tile.Tensor];
        long bytes = 0;
        for (int part = 0; part < _inputs.Length; part++)
        {
            if (tensor.Parts[part] is not { } stored)
            {
                continue;
            }

            int size = stored.DType.BitSize() / 8;
            _readers[part].Read(stored, tile.First * size, _inputs[part].AsSpan(0, tile.Count * size));
            bytes += (long)tile.Count * size;
        }

        Span<double> products = _sums.Of(tile);
        for (int first = 0; first < tile.Count; first += LaneBudget.BlockElements)
        {
            int count = Math.Min(LaneBudget.BlockElements, tile.Count - first);
            AddProducts(tensor, first, count, products.Slice(first / LaneBudget.GroupElements * _sums.PairCount, _sums.PairCount));
        }

        _meter.Advance(bytes, tensor.Name);
    }

    // The base stays in slot 0 as it is; the others become differences to it, unless they are such already.
    private void AddProducts(ComparedTensor tensor, int first, int count, Span<double> products)
    {
        for (int part = 0; part < _inputs.Length; part++)
        {
            Span<double> vector = _vectors[part].AsSpan(0, count);
            if (tensor.Parts[part] is not { DType: var dtype })
            {
                vector.Clear();
                continue;
            }

            int size = dtype.BitSize() / 8;
            TensorConverter.Decode(dtype, _inputs[part].AsSpan(first * size, count * size), vector);
            if (part > 0 && !_sources[part].IsVector)
            {
                TensorConverter.MultiplyAdd(DType.F64, System.Runtime.InteropServices.MemoryMarshal.AsBytes(_vectors[0].AsSpan(0, count)), -1, vector);
            }
        }

        int pair = 0;
        for (int row = 0; row < _vectors.Length; row++)
        {
            for (int column = row; column < _vectors.Length; column++)
            {
                products[pair++] += TensorStatistics.Dot(_vectors[row].AsSpan(0, count), _vectors[column].AsSpan(0, count));
            }
        }
    }
}
