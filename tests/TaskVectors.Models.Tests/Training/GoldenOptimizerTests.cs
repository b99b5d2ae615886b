using System.Text.Json;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Optimisers, schedules and clipping against PyTorch in F64. The tolerance is the cases' own for F32, and that of the norm before clipping 1e-6.</summary>
public sealed class GoldenOptimizerTests : IDisposable
{
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 2 });

    public void Dispose() => _context.Dispose();

    [Theory]
    [InlineData("optim-adam-l2")]
    [InlineData("optim-adamw")]
    [InlineData("optim-adamw-groups-clip-cosine")]
    [InlineData("optim-sgd-momentum")]
    [InlineData("optim-sgd-nesterov")]
    [InlineData("optim-sgd-plain-clip")]
    public void Parameters_and_state_follow_the_reference(string name)
    {
        GoldenCase golden = new(name);
        double tolerance = golden["tolerance"].GetProperty("float32").GetDouble();
        double[] rates = [.. golden["learning_rates"].EnumerateArray().Select(rate => rate.GetDouble())];
        Tensor[] parameters = [.. Enumerable.Range(0, 8).Where(i => golden.Tensors.Has($"param.{i}/step0")).Select(i => golden.Tensors.Tensor(_context, $"param.{i}/step0"))];
        using Optimizer optimizer = Create(name, golden["options"], parameters);
        for (int step = 1; step <= rates.Length; step++)
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                Array.ConvertAll(golden.Tensors.Numbers($"grad.{i}/step{step}"), value => (float)value).CopyTo(parameters[i].OpenGradient(out _).Values);
            }

            if (Find(golden["options"], "clip_norm") is { } limit)
            {
                double norm = GradientClipping.ClipNorm(parameters, limit);
                Assert.Equal(1, norm / golden["total_norms_before_clipping"][step - 1].GetDouble(), 1e-6);
            }

            optimizer.Step(rates[step - 1]);
            optimizer.ClearGradients();
            for (int i = 0; i < parameters.Length; i++)
            {
                Closeness.Require(parameters[i].Values, golden.Tensors.Numbers($"param.{i}/step{step}"), tolerance, $"{name}, parameter {i}, step {step}");
                CheckState(golden, optimizer, parameters[i], i, step);
            }
        }
    }

    [Fact]
    public void The_warm_up_starts_at_zero_and_the_cosine_follows_the_reference()
    {
        GoldenCase golden = new("optim-adamw-groups-clip-cosine");
        LearningRateSchedule schedule = new(0.01, WarmUpSteps: 3, TotalSteps: 10, ScheduleKind.Cosine);

        double[] expected = [.. golden["learning_rates"].EnumerateArray().Select(rate => rate.GetDouble())];

        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], schedule.At(step), 1e-15);
        }
    }

    private static void CheckState(GoldenCase golden, Optimizer optimizer, Tensor parameter, int index, int step)
    {
        // Momenta cancel, so F32 loses more digits of them than of parameters.
        const double Tolerance = 1e-5;
        if (optimizer is AdamOptimizer adam)
        {
            Closeness.Require(adam.Moments(parameter)!.Value.First.Values, golden.Tensors.Numbers($"exp_avg.{index}/step{step}"), Tolerance, "first moment");
            Closeness.Require(adam.Moments(parameter)!.Value.Second.Values, golden.Tensors.Numbers($"exp_avg_sq.{index}/step{step}"), Tolerance, "second moment");
        }
        else if (golden.Tensors.Has($"momentum_buffer.{index}/step{step}"))
        {
            Closeness.Require(
                ((SgdOptimizer)optimizer).Buffer(parameter)!.Values, golden.Tensors.Numbers($"momentum_buffer.{index}/step{step}"), Tolerance, "direction");
        }
    }

    private static Optimizer Create(string name, JsonElement options, Tensor[] parameters)
    {
        double decay = Find(options, "weight_decay") ?? 0;
        HashSet<string> exempt = options.TryGetProperty("no_decay", out JsonElement list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
        ParameterGroup[] groups = [.. parameters.Select((parameter, i) => new ParameterGroup([parameter], exempt.Contains($"param.{i}") ? 0 : decay))];
        AdamOptions adam = new() { IsDecayDecoupled = name.Contains("adamw", StringComparison.Ordinal) };
        adam = options.TryGetProperty("betas", out JsonElement betas) ? adam with { Beta1 = betas[0].GetDouble(), Beta2 = betas[1].GetDouble() } : adam;
        return name.Contains("adam", StringComparison.Ordinal)
            ? new AdamOptimizer(groups, adam)
            : new SgdOptimizer(groups, Find(options, "momentum") ?? 0, options.TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean());
    }

    private static double? Find(JsonElement options, string key) =>
        options.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
