using System.Collections.Concurrent;
using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>Reads aligned task vectors: evaluates sums of terms tile by tile in F64, in the order of the terms, by fused multiply-add (N1, N2). Safe for concurrent calls.</summary>
internal sealed class AlignedVectorReader(AlignedVectors vectors) : IDisposable
{
    private const int TileElements = 16 * 1024;

    private readonly InputReaders _readers = new(vectors.Sources);
    private readonly ConcurrentBag<TileBuffers> _free = [];

    /// <summary>Reads a tensor of a vector.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="vector">The index of the vector.</param>
    /// <param name="destination">Receives every element, row-major.</param>
    public void Read(AlignedVectorTensor tensor, int vector, Span<double> destination) => Read(tensor, vector, 0, destination);

    /// <summary>Reads part of a tensor of a vector.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="vector">The index of the vector.</param>
    /// <param name="start">The row-major index of the first element.</param>
    /// <param name="destination">Receives the elements from there on.</param>
    public void Read(AlignedVectorTensor tensor, int vector, long start, Span<double> destination) => Read(tensor.Vectors[vector], start, destination);

    /// <summary>Reads a stored tensor, such as statistics.</summary>
    /// <param name="term">The tensor.</param>
    /// <param name="destination">Receives every element, row-major.</param>
    public void Read(PlannedTerm term, Span<double> destination) => Read([term], 0, destination);

    /// <summary>Reads part of a sum of stored tensors, one input after the other through one buffer, so that a tile and its sum stay in the cache.</summary>
    /// <param name="terms">The terms of the sum.</param>
    /// <param name="start">The row-major index of the first element.</param>
    /// <param name="destination">Receives the sums from there on.</param>
    public void Read(ImmutableArray<PlannedTerm> terms, long start, Span<double> destination)
    {
        TileBuffers buffer = _free.TryTake(out TileBuffers? used) ? used : new TileBuffers(1, TileElements * sizeof(double));
        for (int first = 0; first < destination.Length; first += TileElements)
        {
            Span<double> tile = destination.Slice(first, Math.Min(TileElements, destination.Length - first));
            bool isStarted = false;
            foreach (PlannedTerm term in terms)
            {
                if (term.Coefficient == 0)
                {
                    continue;
                }

                int size = term.Tensor.DType.BitSize() / 8;
                Span<byte> bytes = buffer[0][..(tile.Length * size)];
                _readers[term.Input].Read(term.Tensor, (start + first) * size, bytes);
                if (isStarted)
                {
                    TensorConverter.MultiplyAdd(term.Tensor.DType, bytes, term.Coefficient, tile);
                }
                else
                {
                    TensorConverter.Multiply(term.Tensor.DType, bytes, term.Coefficient, tile);
                    isStarted = true;
                }
            }

            if (!isStarted)
            {
                tile.Clear();
            }
        }

        _free.Add(buffer);
    }

    public void Dispose() => _readers.Dispose();
}
