using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Masks;

/// <summary>Computes the bytes of a mask as they are asked for. Safe for concurrent calls.</summary>
internal sealed class MaskReader(CheckpointSource model, CheckpointSource pretrained) : ICheckpointReader
{
    private const int PieceElements = 1 << 14;
    private const int ByteBits = 8;

    private readonly DifferenceReader _differences = new(model, pretrained);

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        _ = pretrained.TryGetTensor(tensor.Name, out TensorInfo? masked);
        double[] values = new double[Math.Min(PieceElements, destination.Length * (long)ByteBits)];
        for (int done = 0; done < destination.Length;)
        {
            long first = (byteOffset + done) * ByteBits;
            Span<byte> bits = destination.Slice(done, Math.Min(PieceElements / ByteBits, destination.Length - done));
            Span<double> piece = values.AsSpan(0, (int)Math.Min(bits.Length * (long)ByteBits, masked!.ElementCount - first));
            _differences.Read(tensor.Name, first, piece);
            MaskBits.Pack(piece, bits);
            done += bits.Length;
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => null;

    /// <inheritdoc/>
    public void Dispose() => _differences.Dispose();
}
