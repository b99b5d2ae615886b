using System.Runtime.InteropServices;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>Single tensors of files.</summary>
internal static class TensorFile
{
    /// <summary>The values of an F32 tensor.</summary>
    public static float[] Read(string path, string name)
    {
        CheckpointSource source = CheckpointFormats.Open(path);
        Assert.True(source.TryGetTensor(name, out TensorInfo? tensor), $"{path} has no tensor {name}");
        byte[] bytes = new byte[tensor.ByteCount];
        using ICheckpointReader reader = source.OpenReader();
        reader.Read(tensor, 0, bytes);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    /// <summary>Writes a file of one tensor of token ids or pictures.</summary>
    public static string Write<T>(string path, string name, DType dtype, T[] values, params long[] shape)
        where T : unmanaged
    {
        SafetensorsFile.Write(path, [(new TensorInfo(name, dtype, new TensorShape(shape)), MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]);
        return path;
    }
}
