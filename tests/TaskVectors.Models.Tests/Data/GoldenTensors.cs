using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Reads the tensors of a reference file whole.</summary>
internal sealed class GoldenTensors(string file)
{
    private readonly CheckpointSource _source = CheckpointFormats.Open(file);

    public IEnumerable<string> Names => _source.Tensors.Select(tensor => tensor.Name);

    public int[] Shape(string name) => [.. Find(name).Shape.Dimensions.ToArray().Select(dimension => (int)dimension)];

    public byte[] Bytes(string name)
    {
        TensorInfo tensor = Find(name);
        byte[] bytes = new byte[tensor.ByteCount];
        using ICheckpointReader reader = _source.OpenReader();
        reader.Read(tensor, 0, bytes);
        return bytes;
    }

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    private TensorInfo Find(string name) => _source.TryGetTensor(name, out TensorInfo? tensor) ? tensor : throw new ArgumentException(name);
}
