using System.Diagnostics;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.LinearAlgebra;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Training;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Times one epoch of a small vision transformer with all that training does: pictures, shuffling, clipping, log, checkpoints.</summary>
internal static class EpochBenchmark
{
    private const string ShapeName = "vit-96";
    private const int BatchSize = 32;

    public static void Run(string folder, int pictures, int threads, LinearAlgebraChoice choice)
    {
        string source = Path.Combine(folder, ShapeName);
        string output = Path.Combine(folder, $"epoch-{Environment.ProcessId}");
        SyntheticModel.Write(source, Shapes.All.Single(shape => shape.Name == ShapeName));
        using ComputeContext context = new(new ComputeOptions { Threads = threads, LinearAlgebra = choice });
        using Model model = ModelLoader.Load(Checkpoint.Open(source), context);
        ImageTrainingData data = new(new RandomPictures(pictures), new ImageProcessor { Mean = [0.5], StandardDeviation = [0.5] });
        int steps = pictures / BatchSize;
        TrainingOptions options = new() { Steps = steps, BatchSize = BatchSize, LearningRate = 3e-4, WarmUpSteps = steps / 10, WeightDecay = 0.01 };
        long start = Stopwatch.GetTimestamp();
        TrainingResult result = Trainer.Train(model, source, data, output, options);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Directory.Delete(output, recursive: true);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pictures} pictures in {steps} steps of {BatchSize}: {seconds:F1} s, {1e3 * seconds / steps:F2} ms a step, last loss {result.Losses[^1]:G7}"));
    }
}
