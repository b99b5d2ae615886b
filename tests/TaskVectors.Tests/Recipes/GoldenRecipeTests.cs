using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;

namespace TaskVectors.Tests.Recipes;

/// <summary>
/// Recipe files, run as they are, give what another program (mergekit 0.1.5) made of them. The tolerance is each case's own, wide where that program
/// rounds every intermediate to BF16. Methods that draw random numbers are compared by figures over several seeds.
/// </summary>
public class GoldenRecipeTests
{
    private const int Seeds = 32;
    private const int RecordedSeeds = 40;

    public static TheoryData<string> Cases => [.. GoldenRecipe.Names(areRandom: false)];

    public static TheoryData<string> RandomCases => [.. GoldenRecipe.Names(areRandom: true)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_recipe_gives_what_the_other_program_made_of_it(string name)
    {
        using var folder = new TemporaryFolder();
        var golden = new GoldenRecipe(name);
        Checkpoint actual = await golden.RunAsync(folder["out"], golden.Options());
        Assert.All(actual.Tensors, tensor => Assert.Equal(golden.ExpectedDType, tensor.DType));
        golden.RequireAgreement(actual);
        RequireConfig(golden.Config, JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder["out"], "config.json")))!.AsObject());
    }

    /// <summary>
    /// The mean over 32 seeds lies within 5 standard errors of the difference from the recorded mean over 40 (deviations of both; those of small tensors
    /// have long tails). Figures are recorded with five digits, so 5e-5 of them, and 1e-6 of the norm for rounding to F32, are allowed for.
    /// </summary>
    [Theory]
    [MemberData(nameof(RandomCases))]
    public async Task A_random_method_has_the_figures_of_the_other_program(string name)
    {
        using var folder = new TemporaryFolder();
        var golden = new GoldenRecipe(name);
        var samples = new List<Dictionary<string, double[]>>();
        Checkpoint origin = Checkpoint.Open(GoldenPath.Of("merge", "models", "llama-base"));
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            Checkpoint merged = await golden.RunAsync(folder[$"out{seed}"], EditOptions.Default with { Seed = seed });
            samples.Add(merged.Tensors.ToDictionary(tensor => tensor.Name, tensor => Figures(tensor.Name, merged, origin)));
        }

        foreach ((string tensor, JsonNode? figures) in golden.Statistics)
        {
            string[] names = ["changed_fraction", "sum", "l1", "l2"];
            for (int figure = 0; figure < names.Length; figure++)
            {
                double mean = figures![names[figure]]![0]!.GetValue<double>();
                double deviation = figures[names[figure]]![1]!.GetValue<double>();
                double[] values = [.. samples.Select(sample => sample[tensor][figure])];
                double own = values.Average();
                double ownVariance = values.Sum(value => (value - own) * (value - own)) / (Seeds - 1);
                double standardError = Math.Sqrt((ownVariance / Seeds) + (deviation * deviation / RecordedSeeds));
                double allowed = (5 * standardError) + (5e-5 * Math.Abs(mean)) + (1e-6 * samples.Average(sample => sample[tensor][2]));
                Assert.True(Math.Abs(own - mean) <= allowed, $"{tensor}: {names[figure]} is {own:G6}, recorded {mean:G6}, allowed {allowed:G3}");
            }
        }
    }

    private static void RequireConfig(JsonObject wanted, JsonObject config)
    {
        string layers = config.ContainsKey("n_layer") ? "n_layer" : "num_hidden_layers";
        Assert.Equal(wanted["num_layers"]!.GetValue<int>(), config[layers]!.GetValue<int>());
        Assert.Equal(wanted["vocab_size"]!.GetValue<int>(), config["vocab_size"]!.GetValue<int>());
        Assert.Equal(wanted["dtype"]!.GetValue<string>(), (config["dtype"] ?? config["torch_dtype"])!.GetValue<string>());
    }

    private static double[] Figures(string tensor, Checkpoint merged, Checkpoint origin)
    {
        double[] differences = [.. TestModel.Values(merged, tensor).Zip(TestModel.Values(origin, tensor), (left, right) => left - right)];
        return
        [
            differences.Count(value => value != 0) / (double)differences.Length,
            differences.Sum(),
            differences.Sum(Math.Abs),
            Math.Sqrt(differences.Sum(value => value * value)),
        ];
    }
}
