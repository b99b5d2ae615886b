using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>Computes the bytes that writing an edit would give, as they are asked for. Safe for concurrent calls.</summary>
internal sealed class WrittenReader(PreparedWriting writing) : ICheckpointReader
{
    private const int TileElements = 16 * 1024;

    private readonly InputReaders _readers = new(writing.Sources);

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (CopiedTerm(tensor) is { } copied)
        {
            _readers[copied.Input].Read(copied.Tensor, byteOffset, destination);
            return;
        }

        int size = tensor.DType.BitSize() / 8;
        AlignedTensor aligned = writing.Tensors[tensor.Name];
        var inputs = new TileBuffers(Math.Max(1, aligned.Terms.Length), TileElements * sizeof(double));
        Span<double> values = new double[Math.Min(TileElements, destination.Length / size)];
        for (int first = 0; first < destination.Length; first += TileElements * size)
        {
            Span<byte> tile = destination.Slice(first, Math.Min(TileElements * size, destination.Length - first));
            Compute(aligned, inputs, (byteOffset + first) / size, values[..(tile.Length / size)]);
            _ = TensorConverter.Encode(tensor.DType, values[..(tile.Length / size)], tile);
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => CopiedTerm(tensor) is { } copied ? _readers[copied.Input].Locate(copied.Tensor) : null;

    /// <inheritdoc/>
    public void Dispose() => _readers.Dispose();

    // What is not arithmetic, what keeps the base's values, and what is one input as it is.
    private PlannedTerm? CopiedTerm(TensorInfo tensor)
    {
        AlignedTensor aligned = writing.Tensors[tensor.Name];
        PlannedTerm? only = aligned is { KeepsBase: false, Terms: [{ Coefficient: 1 } term] } ? term
            : aligned.KeepsBase || !tensor.DType.IsArithmetic() ? new PlannedTerm(0, aligned.Base, 1)
            : null;
        return only?.Tensor.DType == tensor.DType ? only : null;
    }

    private void Compute(AlignedTensor aligned, TileBuffers inputs, long first, Span<double> values)
    {
        var terms = aligned.KeepsBase ? [new PlannedTerm(0, aligned.Base, 1)] : aligned.Terms;
        for (int index = 0; index < terms.Length; index++)
        {
            int size = terms[index].Tensor.DType.BitSize() / 8;
            _readers[terms[index].Input].Read(terms[index].Tensor, first * size, inputs[index][..(values.Length * size)]);
        }

        TermSum.Compute(terms, inputs, 0, values);
    }
}
