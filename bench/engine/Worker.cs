using System.Diagnostics;
using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.LinearAlgebra;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Our side, in a process of its own.</summary>
internal sealed class Worker(LinearAlgebraChoice choice, int threads, int runs)
{
    private const int UncountedRuns = 2;
    private const double LearningRate = 1e-4;

    public EngineResult Run(string job, string folder)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = threads, LinearAlgebra = choice });
        using Model model = ModelLoader.Load(Checkpoint.Open(folder), context);
        using TensorScope scope = context.BeginScope();
        ModelInputs inputs = ModelInputFile.Read(Path.Combine(folder, SyntheticModel.InputFile), context);
        (double[] times, double loss) = job == "step" ? Step(context, model, inputs, folder) : Infer(context, model, inputs);
        ILinearAlgebraProvider algebra = LinearAlgebraProvider.Create(choice, threads: 1);
        return new EngineResult { Milliseconds = times, Loss = loss, Kernel = SideResult.NameOf(algebra), PeakBytes = PeakMemory.OfThisProcess() };
    }

    private (double[] Times, double Loss) Infer(ComputeContext context, Model model, ModelInputs inputs)
    {
        return Time(() =>
        {
            using IDisposable mode = context.BeginInference();
            using TensorScope inner = context.BeginScope();
            return model.Run(inputs).Loss!.Item();
        });
    }

    private (double[] Times, double Loss) Step(ComputeContext context, Model model, ModelInputs inputs, string folder)
    {
        HashSet<string> trained = [.. JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(folder, SyntheticModel.TrainedFile)))!];
        model.RequireGradients(trained.Contains);
        using AdamOptimizer optimizer = new([new ParameterGroup([.. model.Parameters.Values.Where(parameter => parameter.RequiresGradient)], 0.01)]);
        return Time(() =>
        {
            using TensorScope inner = context.BeginScope();
            Tensor result = model.Run(inputs).Loss!;
            float loss = result.Item();
            context.Backward(result);
            optimizer.Step(LearningRate);
            optimizer.ClearGradients();
            return loss;
        });
    }

    private (double[] Times, double Loss) Time(Func<float> action)
    {
        List<double> losses = [];
        _ = Repeat(action, UncountedRuns, losses);
        return (Repeat(action, runs, losses), losses[UncountedRuns]);
    }

    /// <summary>Some runs at least, and as many as fit in a second.</summary>
    private static double[] Repeat(Func<float> action, int runs, List<double> losses)
    {
        List<double> times = [];
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < runs || Stopwatch.GetElapsedTime(begin).TotalSeconds < 1)
        {
            long start = Stopwatch.GetTimestamp();
            losses.Add(action());
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return [.. times];
    }
}
