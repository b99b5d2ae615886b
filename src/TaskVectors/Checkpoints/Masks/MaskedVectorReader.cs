using System.Runtime.InteropServices;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Masks;

/// <summary>Computes a masked task vector from the mask, the merged model and the base as it is read.</summary>
internal sealed class MaskedVectorReader(MaskedVectorSource vector, CheckpointSource pretrained) : ICheckpointReader
{
    private const int PieceElements = 1 << 13;
    private const int ByteBits = 8;

    private readonly ICheckpointReader _mask = vector.Mask.OpenReader();
    private readonly DifferenceReader _differences = new(vector.Merged, pretrained);

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (!vector.TryGetTensor(tensor.Name, out TensorInfo? known) || known != tensor)
        {
            throw new ArgumentException($"{vector.Path} holds no tensor {QuotedName.Of(tensor.Name)} of that dtype and shape.", nameof(tensor));
        }

        double[] piece = new double[PieceElements];
        byte[] bits = new byte[(PieceElements / ByteBits) + 1];
        while (!destination.IsEmpty)
        {
            long first = byteOffset / sizeof(double);
            int skipped = (int)(byteOffset % sizeof(double));
            int count = (int)Math.Min(PieceElements, (skipped + (long)destination.Length + sizeof(double) - 1) / sizeof(double));
            Span<double> values = piece.AsSpan(0, count);
            Compute(tensor, first, bits, values);
            Span<byte> bytes = MemoryMarshal.AsBytes(values)[skipped..];
            bytes = bytes[..Math.Min(bytes.Length, destination.Length)];
            bytes.CopyTo(destination);
            destination = destination[bytes.Length..];
            byteOffset += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _mask.Dispose();
        _differences.Dispose();
    }

    private void Compute(TensorInfo tensor, long first, Span<byte> room, Span<double> values)
    {
        _differences.Read(tensor.Name, first, values);
        _ = vector.Mask.TryGetTensor(tensor.Name, out TensorInfo? mask);
        long start = first / ByteBits;
        Span<byte> bits = room[..(int)(((first + values.Length + ByteBits - 1) / ByteBits) - start)];
        _mask.Read(mask!, start, bits);
        MaskBits.Apply(bits, (int)(first % ByteBits), vector.Rescaler, values);
    }
}
