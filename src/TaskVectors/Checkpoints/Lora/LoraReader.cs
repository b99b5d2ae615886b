using System.Buffers;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>Reads an adapter as dense tensors: every range of bytes is computed from the factors when it is asked for.</summary>
internal sealed class LoraReader(ChangeReader changes, Func<TensorInfo, TensorChange> changeOf) : ICheckpointReader
{
    private const int PieceElements = 1 << 13;

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        TensorChange change = changeOf(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(byteOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(byteOffset, tensor.ByteCount - destination.Length);
        int elementBytes = tensor.DType.BitSize() / 8;
        double[] values = ArrayPool<double>.Shared.Rent(PieceElements);
        byte[] encoded = ArrayPool<byte>.Shared.Rent(PieceElements * elementBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                long first = byteOffset / elementBytes;
                int skipped = (int)(byteOffset % elementBytes);
                int count = (int)Math.Min(PieceElements, (skipped + (long)destination.Length + elementBytes - 1) / elementBytes);
                Span<byte> bytes = encoded.AsSpan(0, count * elementBytes);
                changes.Compute(change, first, values.AsSpan(0, count));
                _ = TensorConverter.Encode(tensor.DType, values.AsSpan(0, count), bytes);

                bytes = bytes[skipped..];
                bytes = bytes[..Math.Min(bytes.Length, destination.Length)];
                bytes.CopyTo(destination);
                destination = destination[bytes.Length..];
                byteOffset += bytes.Length;
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(values);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor)
    {
        _ = changeOf(tensor);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => changes.Dispose();
}
