using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Masks;

/// <summary>Reads the differences of a checkpoint to its base, in F64, a piece at a time.</summary>
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
        byte[] bytes = new byte[differences.Length * sizeof(double)];
        double[] origin = new double[differences.Length];
        Decode(_model, model, tensor, first, bytes, differences);
        Decode(_base, pretrained, tensor, first, bytes, origin);
        for (int index = 0; index < differences.Length; index++)
        {
            differences[index] -= origin[index];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _base.Dispose();
    }

    private static void Decode(ICheckpointReader reader, CheckpointSource source, string name, long first, byte[] room, Span<double> values)
    {
        TensorInfo stored = source.TryGetTensor(name, out TensorInfo? found)
            ? found
            : throw new EditException(EditError.InvalidOption, $"'{source.Path}' has no tensor {QuotedName.Of(name)}, which its base has.") { File = source.Path, Tensor = name };
        int size = stored.DType.BitSize() / 8;
        Span<byte> bytes = room.AsSpan(0, values.Length * size);
        reader.Read(stored, first * size, bytes);
        TensorConverter.Decode(stored.DType, bytes, values);
    }
}
