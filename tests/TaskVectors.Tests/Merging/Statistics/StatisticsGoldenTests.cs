using System.Globalization;
using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging.Statistics;

/// <summary>
/// Fisher merging and RegMean against three toolkits' own code, in F64 within each case's tolerance. They lift small Fisher information in ways of their own,
/// by adding to it or for one model only, and scale it by other norms: the statistics are written as each of them has them after that.
/// </summary>
public sealed class StatisticsGoldenTests : IDisposable
{
    private readonly StatisticsSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Fisher_agrees_with_the_code_that_floors_the_target_alone()
    {
        using var golden = new AuthorsCase("fisher-mmatena-k2", "sign");
        double floor = golden.Number("fisher_floor");
        double[] coefficients = Numbers(golden, "coefficients");
        double[] weights = [.. coefficients.Select((coefficient, task) => coefficient / Math.Sqrt(Fisher(golden, task).Sum(tensor => SquaredNorm(tensor.Values))))];
        await RequireFisher(golden, weights, (task, tensor) => Array.ConvertAll(tensor, value => task == 0 ? Math.Max(value, floor) : value));
    }

    [Fact]
    public async Task Fisher_agrees_with_the_code_that_adds_a_floor_and_takes_norms_over_all_parameters()
    {
        using var golden = new AuthorsCase("fisher-mergelm-k3", "sign");
        double floor = golden.Number("minimal_fisher_weight");
        double[] coefficients = Numbers(golden, "fisher_scaling_coefficients");
        double[] weights = [.. coefficients.Select((coefficient, task) => coefficient / (Math.Sqrt(Fisher(golden, task).Sum(tensor => SquaredNorm(tensor.Values))) + floor))];
        await RequireFisher(golden, weights, (_, tensor) => Array.ConvertAll(tensor, value => value + floor));
    }

    [Fact]
    public async Task Fisher_agrees_with_the_code_that_takes_norms_of_each_parameter()
    {
        using var golden = new AuthorsCase("fisher-bloomberg-param-k3", "sign");
        double smooth = golden.Number("fisher_smooth");
        await RequireFisher(golden, Numbers(golden, "model_coeffs"), (_, tensor) =>
        {
            double norm = Math.Sqrt(SquaredNorm(tensor)) + smooth;
            return Array.ConvertAll(tensor, value => (value + smooth) / norm);
        });
    }

    [Theory]
    [InlineData("regmean-bloomberg-a09-k3", "regmean_reduce_nondiag")]
    [InlineData("regmean-bloomberg-conv1d-coeffs-k2", "regmean_reduce_nondiag")]
    [InlineData("regmean-mergelm-r1-k4", "reduce_non_diagonal_ratio")]
    public async Task RegMean_agrees_with_the_toolkits(string name, string ratio)
    {
        using var golden = new AuthorsCase(name, "sign");
        string inputRows = string.Join('\n', golden.Parameters.GetProperty("transposed_layers").EnumerateArray().Select(layer => layer.GetString() + ".weight"));
        Checkpoint[] models = Models(golden);
        Checkpoint[] grams = [.. models.Select((model, task) => _sandbox.Statistics(
            $"gram{task}", StatisticsKind.Gram, model, Given(golden, $"gram/task{task}/", name => name + ".weight"), inputRows))];
        MergeSetting[] weights = golden.Parameters.TryGetProperty("model_coeffs", out JsonElement given) && given.ValueKind == JsonValueKind.Array ? Weights(Numbers(golden, "model_coeffs")) : [];
        MergeSetting alpha = new("alpha", golden.Number(ratio).ToString("R", CultureInfo.InvariantCulture));
        Checkpoint merged = await _sandbox.Save(MergeMethods.Find("regmean").MergeWithStatistics(models, grams, [alpha, .. weights]));
        golden.RequireAgreement(merged, "merged/");
    }

    private async Task RequireFisher(AuthorsCase golden, double[] weights, Func<int, double[], double[]> lift)
    {
        Checkpoint[] models = Models(golden);
        Checkpoint[] statistics = [.. models.Select((model, task) => _sandbox.Statistics(
            $"fisher{task}", StatisticsKind.Fisher, model, [.. Fisher(golden, task).Select(tensor => (tensor.Name, tensor.Shape, lift(task, tensor.Values)))]))];
        Checkpoint merged = await _sandbox.Save(MergeMethods.Find("fisher").MergeWithStatistics(models, statistics, [new("epsilon", "0"), .. Weights(weights)]));
        golden.RequireAgreement(merged, "merged/");
    }

    private static Checkpoint[] Models(AuthorsCase golden) => [.. Enumerable.Range(0, golden.TaskCount).Select(task => Checkpoint.Open(golden[$"task{task}"]))];

    private static MergeSetting[] Weights(double[] weights) =>
        [.. weights.Select((weight, model) => new MergeSetting("weight", weight.ToString("R", CultureInfo.InvariantCulture), model))];

    private static double[] Numbers(AuthorsCase golden, string parameter) => [.. golden.Parameters.GetProperty(parameter).EnumerateArray().Select(value => value.GetDouble())];

    private static double SquaredNorm(double[] values) => values.Sum(value => value * value);

    private static (string Name, long[] Shape, double[] Values)[] Fisher(AuthorsCase golden, int task) => Given(golden, $"fisher/task{task}/", name => name);

    private static (string Name, long[] Shape, double[] Values)[] Given(AuthorsCase golden, string prefix, Func<string, string> nameOf) =>
    [
        .. from tensor in golden.Inputs.Tensors
           where tensor.Name.StartsWith(prefix, StringComparison.Ordinal)
           select (nameOf(tensor.Name[prefix.Length..]), tensor.Shape.Dimensions.ToArray(), TestModel.Values(golden.Inputs, tensor.Name)),
    ];
}
