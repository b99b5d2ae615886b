using System.Collections.Concurrent;
using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>Reads aligned task vectors: evaluates their sums tile by tile in F64. Safe for concurrent calls.</summary>
internal sealed class AlignedVectorReader(AlignedVectors vectors) : IDisposable
{
    private const int TileElements = 16 * 1024;

    private readonly InputReaders _readers = new(vectors.Sources);
    private readonly ConcurrentBag<TileBuffers> _free = [];
    private readonly int _mostTerms = vectors.Tensors.SelectMany(tensor => tensor.Vectors).Select(terms => terms.Length).DefaultIfEmpty(0).Append(1).Max();

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

    private void Read(ImmutableArray<PlannedTerm> terms, long start, Span<double> destination)
    {
        TileBuffers inputs = _free.TryTake(out TileBuffers? used) ? used : new TileBuffers(_mostTerms, TileElements * sizeof(double));
        for (int first = 0; first < destination.Length; first += TileElements)
        {
            Span<double> tile = destination.Slice(first, Math.Min(TileElements, destination.Length - first));
            for (int index = 0; index < terms.Length; index++)
            {
                int size = terms[index].Tensor.DType.BitSize() / 8;
                _readers[terms[index].Input].Read(terms[index].Tensor, (start + first) * size, inputs[index][..(tile.Length * size)]);
            }

            TermSum.Compute(terms, inputs, 0, tile);
        }

        _free.Add(inputs);
    }

    public void Dispose() => _readers.Dispose();
}
