using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Outputs;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>A tensor of one part being written, front to back, and hashed on the way.</summary>
internal sealed class PartTensor(OutputFiles output, int file, long offset, DigestAlgorithm algorithm) : IDisposable
{
    private readonly TensorDigest _digest = new(algorithm);
    private readonly byte[] _encoded = GC.AllocateUninitializedArray<byte>(WorkingMemory.TileElements * sizeof(float));
    private long _offset = offset;

    public void Append(ReadOnlySpan<float> values)
    {
        for (int first = 0; first < values.Length; first += WorkingMemory.TileElements)
        {
            ReadOnlySpan<float> piece = values.Slice(first, Math.Min(WorkingMemory.TileElements, values.Length - first));
            Span<byte> bytes = _encoded.AsSpan(0, piece.Length * sizeof(float));
            _ = TensorConverter.Encode(DType.F32, piece, bytes);
            Write(bytes);
        }
    }

    /// <summary>Appends at most <see cref="WorkingMemory.TileElements"/> numbers, each rounded once.</summary>
    public void Append(ReadOnlySpan<double> values)
    {
        Span<byte> bytes = _encoded.AsSpan(0, values.Length * sizeof(float));
        _ = TensorConverter.Encode(DType.F32, values, bytes);
        Write(bytes);
    }

    /// <summary>The hash of the whole tensor.</summary>
    public string Finish() => _digest.Finish();

    public void Dispose() => _digest.Dispose();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(file, _offset, bytes);
        _digest.Append(bytes);
        _offset += bytes.Length;
    }
}
