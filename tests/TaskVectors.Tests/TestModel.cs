using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests;

/// <summary>Small checkpoints on disk, made of seeded numbers.</summary>
internal static class TestModel
{
    public static Checkpoint Write(string path, params (string Name, DType DType, double[] Values)[] tensors)
    {
        WriteFile(path, tensors);
        return Checkpoint.Open(path);
    }

    public static void WriteFile(string path, (string Name, DType DType, double[] Values)[] tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafetensorsFile.Write(path, tensors.Select(tensor => (new TensorInfo(tensor.Name, tensor.DType, new TensorShape(tensor.Values.Length)), Encode(tensor.DType, tensor.Values))), metadata);
    }

    public static ReadOnlyMemory<byte> Encode(DType dtype, double[] values)
    {
        byte[] bytes = new byte[values.Length * dtype.BitSize() / 8];
        if (dtype.IsArithmetic())
        {
            _ = TensorConverter.Encode(dtype, values, bytes);
            return bytes;
        }

        for (int index = 0; index < values.Length; index++)
        {
            BitConverter.GetBytes((long)values[index]).AsSpan(0, dtype.BitSize() / 8).CopyTo(bytes.AsSpan(index * dtype.BitSize() / 8));
        }

        return bytes;
    }

    public static double[] Numbers(int seed, int count, double scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => scale * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
    }

    public static byte[] Bytes(Checkpoint checkpoint, string tensor)
    {
        using var reader = checkpoint.Base.OpenReader();
        Assert.True(checkpoint.Base.TryGetTensor(tensor, out TensorInfo? info));
        byte[] bytes = new byte[info.ByteCount];
        reader.Read(info, 0, bytes);
        return bytes;
    }

    public static double[] Values(Checkpoint checkpoint, string tensor)
    {
        Assert.True(checkpoint.Base.TryGetTensor(tensor, out TensorInfo? info));
        double[] values = new double[info.ElementCount];
        TensorConverter.Decode(info.DType, Bytes(checkpoint, tensor), values);
        return values;
    }
}
