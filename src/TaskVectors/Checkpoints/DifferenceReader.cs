using System.Buffers;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints;

/// <summary>Reads the differences of a checkpoint to its base, in F64, a piece at a time. Safe for concurrent calls.</summary>
/// <param name="model">The checkpoint, with the tensors that are asked for in the shapes of the base.</param>
/// <param name="pretrained">The base.</param>
internal sealed class DifferenceReader(CheckpointSource model, CheckpointSource pretrained) : IDisposable
{
    private readonly ICheckpointReader _model = model.OpenReader();
    private readonly ICheckpointReader _base = pretrained.OpenReader();

    /// <summary>Reads the differences of some elements of a tensor.</summary>
    /// <param name="tensor">Its name.</param>
    /// <param name="first">The first element.</param>
    /// <param name="differences">Receives them.</param>
    public void Read(string tensor, long first, Span<double> differences)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(differences.Length * sizeof(double));
        double[] origins = ArrayPool<double>.Shared.Rent(differences.Length);
        Span<double> origin = origins.AsSpan(0, differences.Length);
        Decode(_model, model, tensor, first, bytes, differences);
        Decode(_base, pretrained, tensor, first, bytes, origin);
        for (int index = 0; index < differences.Length; index++)
        {
            differences[index] -= origin[index];
        }

        ArrayPool<double>.Shared.Return(origins);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _base.Dispose();
    }

    private static void Decode(ICheckpointReader reader, CheckpointSource source, string name, long first, byte[] room, Span<double> values)
    {
        _ = source.TryGetTensor(name, out TensorInfo? stored);
        int size = stored!.DType.BitSize() / 8;
        Span<byte> bytes = room.AsSpan(0, values.Length * size);
        reader.Read(stored, first * size, bytes);
        TensorConverter.Decode(stored.DType, bytes, values);
    }
}
