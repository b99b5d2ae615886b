using System.Runtime.InteropServices;
using System.Text.Json;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>A folder with random weights, one batch, and the names of what is trained: all that either side reads.</summary>
internal static class SyntheticModel
{
    public const string InputFile = "inputs.safetensors";
    public const string TrainedFile = "trained.json";
    private const string WeightFile = "model.safetensors";

    public static void Write(string folder, Shape shape)
    {
        if (File.Exists(Path.Combine(folder, TrainedFile)))
        {
            return;
        }

        Random random = new(1);
        _ = Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), shape.Config);
        SafetensorsFile.Write(
            Path.Combine(folder, WeightFile),
            shape.Tensors.Select(tensor => (new TensorInfo(tensor.Name, DType.F32, new TensorShape(tensor.Dimensions)), Weights(random, tensor.Name, tensor.Dimensions))));
        SafetensorsFile.Write(Path.Combine(folder, InputFile), Inputs(random, shape));
        File.WriteAllText(Path.Combine(folder, TrainedFile), JsonSerializer.Serialize(shape.Tensors.Select(tensor => tensor.Name).Where(shape.IsTrained)));
    }

    private static IEnumerable<(TensorInfo, ReadOnlyMemory<byte>)> Inputs(Random random, Shape shape)
    {
        if (shape.Length == 0)
        {
            (int channels, int side) = shape.Pixels;
            float[] pixels = [.. Enumerable.Range(0, shape.Batch * channels * side * side).Select(_ => (float)random.NextDouble())];
            yield return (new TensorInfo("pixel_values", DType.F32, new TensorShape(shape.Batch, channels, side, side)), Bytes<float>(pixels));
        }
        else
        {
            int[] ids = [.. Enumerable.Range(0, shape.Batch * shape.Length).Select(_ => random.Next(shape.Vocabulary))];
            yield return (new TensorInfo("input_ids", DType.I32, new TensorShape(shape.Batch, shape.Length)), Bytes<int>(ids));
            if (shape.Classes == 0)
            {
                yield return (new TensorInfo("labels", DType.I32, new TensorShape(shape.Batch, shape.Length)), Bytes<int>(ids));
            }
        }

        if (shape.Classes > 0)
        {
            int[] labels = [.. Enumerable.Range(0, shape.Batch).Select(_ => random.Next(shape.Classes))];
            yield return (new TensorInfo("labels", DType.I32, new TensorShape(shape.Batch)), Bytes<int>(labels));
        }
    }

    /// <summary>Ones for the weights of norms, zeros for biases, small random numbers for the rest.</summary>
    private static ReadOnlyMemory<byte> Weights(Random random, string name, long[] dimensions)
    {
        float[] values = new float[dimensions.Aggregate(1L, (product, size) => product * size)];
        bool isVector = dimensions.Length == 1;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = !isVector ? (float)((random.NextDouble() - 0.5) * 0.06) : name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0;
        }

        return Bytes<float>(values);
    }

    private static ReadOnlyMemory<byte> Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
