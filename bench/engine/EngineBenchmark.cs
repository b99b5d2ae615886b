using System.Diagnostics;
using System.Runtime.InteropServices;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Times one shape.</summary>
internal sealed class EngineBenchmark(ComputeContext context, Shape shape, int runs)
{
    private readonly Random _random = new(1);

    /// <summary>Writes random weights to a folder, loads them, and times inference and training steps.</summary>
    public string Run(string folder)
    {
        WriteModel(folder);
        using Model model = ModelLoader.Load(Checkpoint.Open(folder), context);
        using TensorScope scope = context.BeginScope();
        ModelInputs inputs = Inputs();
        double[] inference = Time(() =>
        {
            using IDisposable mode = context.BeginInference();
            using TensorScope inner = context.BeginScope();
            _ = model.Run(inputs);
        });
        model.RequireGradients(shape.IsTrained);
        using AdamOptimizer optimizer = new([new ParameterGroup([.. model.Parameters.Values.Where(parameter => parameter.RequiresGradient)], 0.01)]);
        double[] steps = Time(() =>
        {
            using TensorScope inner = context.BeginScope();
            context.Backward(model.Run(inputs).Loss!);
            optimizer.Step(1e-4);
            optimizer.ClearGradients();
        });
        double infer = shape.ForwardGigaflops / inference[0] * 1e3;
        double train = 3 * shape.ForwardGigaflops / steps[0] * 1e3;
        return $"{shape.Name,-10} {Text(inference),20} {infer,8:f0} {Text(steps),20} {train,8:f0} {context.PeakBytes >> 20,12} MiB";
    }

    private static string Text(double[] sorted) => $"{sorted[0]:f1} ({sorted[sorted.Length / 2]:f1})";

    /// <summary>Milliseconds, ascending.</summary>
    private double[] Time(Action action)
    {
        action();
        action();
        double[] times = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times;
    }

    private ModelInputs Inputs()
    {
        int[] labels = [.. Enumerable.Range(0, shape.Batch).Select(_ => _random.Next(Math.Max(1, shape.Classes)))];
        if (shape.Length == 0)
        {
            (int channels, int side) = shape.Pixels;
            float[] pixels = [.. Enumerable.Range(0, shape.Batch * channels * side * side).Select(_ => (float)_random.NextDouble())];
            return new ModelInputs { PixelValues = context.Create(pixels, shape.Batch, channels, side, side), Labels = new IndexTensor(labels, shape.Batch) };
        }

        IndexTensor ids = new([.. Enumerable.Range(0, shape.Batch * shape.Length).Select(_ => _random.Next(shape.Vocabulary))], shape.Batch, shape.Length);
        return new ModelInputs { InputIds = ids, Labels = shape.Classes == 0 ? ids : new IndexTensor(labels, shape.Batch) };
    }

    private void WriteModel(string folder)
    {
        _ = Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), shape.Config);
        SafetensorsFile.Write(
            Path.Combine(folder, "model.safetensors"),
            shape.Tensors.Select(tensor => (new TensorInfo(tensor.Name, DType.F32, new TensorShape(tensor.Dimensions)), Values(tensor.Name, tensor.Dimensions))));
    }

    /// <summary>Ones for the weights of norms, zeros for biases, small random numbers for the rest.</summary>
    private ReadOnlyMemory<byte> Values(string name, long[] dimensions)
    {
        float[] values = new float[dimensions.Aggregate(1L, (product, size) => product * size)];
        bool isVector = dimensions.Length == 1;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = !isVector ? (float)((_random.NextDouble() - 0.5) * 0.06) : name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0;
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
