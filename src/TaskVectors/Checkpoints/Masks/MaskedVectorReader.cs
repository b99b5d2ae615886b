using System.Runtime.InteropServices;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Masks;

/// <summary>Computes a masked task vector from the mask, the merged model and the base as it is read.</summary>
internal sealed class MaskedVectorReader(MaskedVectorSource vector, CheckpointSource pretrained) : ICheckpointReader
{
    private const int PieceElements = 1 << 13;
    private const int ByteBits = 8;

    private readonly ICheckpointReader _mask = vector.Mask.OpenReader();
    private readonly ICheckpointReader _merged = vector.Merged.OpenReader();
    private readonly ICheckpointReader _base = pretrained.OpenReader();

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (!vector.TryGetTensor(tensor.Name, out TensorInfo? known) || known != tensor)
        {
            throw new ArgumentException($"{vector.Path} holds no tensor {QuotedName.Of(tensor.Name)} of that dtype and shape.", nameof(tensor));
        }

        var piece = new Piece(PieceElements);
        while (!destination.IsEmpty)
        {
            long first = byteOffset / sizeof(double);
            int skipped = (int)(byteOffset % sizeof(double));
            int count = (int)Math.Min(PieceElements, (skipped + (long)destination.Length + sizeof(double) - 1) / sizeof(double));
            Span<double> values = piece.Values.AsSpan(0, count);
            Compute(tensor, first, piece, values);
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
        _merged.Dispose();
        _base.Dispose();
    }

    private void Compute(TensorInfo tensor, long first, Piece piece, Span<double> values)
    {
        Decode(_merged, vector.Merged, tensor.Name, first, piece.Bytes, values);
        Span<double> origin = piece.Base.AsSpan(0, values.Length);
        Decode(_base, pretrained, tensor.Name, first, piece.Bytes, origin);
        for (int index = 0; index < values.Length; index++)
        {
            values[index] -= origin[index];
        }

        _ = vector.Mask.TryGetTensor(tensor.Name, out TensorInfo? mask);
        long start = first / ByteBits;
        Span<byte> bits = piece.Bytes.AsSpan(0, (int)(((first + values.Length + ByteBits - 1) / ByteBits) - start));
        _mask.Read(mask!, start, bits);
        MaskBits.Apply(bits, (int)(first % ByteBits), vector.Rescaler, values);
    }

    private static void Decode(ICheckpointReader reader, CheckpointSource source, string name, long first, byte[] room, Span<double> values)
    {
        _ = source.TryGetTensor(name, out TensorInfo? stored);
        int size = stored!.DType.BitSize() / ByteBits;
        Span<byte> bytes = room.AsSpan(0, values.Length * size);
        reader.Read(stored, first * size, bytes);
        TensorConverter.Decode(stored.DType, bytes, values);
    }

    private sealed class Piece(int elements)
    {
        public double[] Values { get; } = new double[elements];

        public double[] Base { get; } = new double[elements];

        public byte[] Bytes { get; } = new byte[elements * sizeof(double)];
    }
}
