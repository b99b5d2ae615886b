using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;
using TaskVectors.Tests.Merging;

namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>
/// Three adapters combined by their changes and brought to a rank, against peft 0.21.2 in float64. Its singular value decomposition is good to 1e-9 there.
/// The combinations that it makes of A and B apart are no combinations of changes, and have no equal here.
/// </summary>
public class LoraCombinationTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("svd", 4, "task_arithmetic", "", 0.7, 0.4, -0.5)]
    [InlineData("svd-rank8", 8, "task_arithmetic", "", 0.7, 0.4, 0.5)]
    [InlineData("ties_svd", 5, "ties", "variant=peft density=0.5", 0.7, 0.4, -0.5)]
    public async Task Changes_combined_and_truncated_agree_with_the_other_library(string name, int rank, string method, string settings, params double[] weights)
    {
        await RequireAsync(name, MergeMethods.Find(method).Merge(Adapters(), Settings(settings, weights)), rank);
    }

    [Fact]
    public async Task Changes_pruned_by_magnitude_agree_with_the_other_library()
    {
        IMergeMethod ties = MergeMethods.Find("ties");
        double[] weights = [0.7, 0.4, 0.5];
        TaskVector sum = Adapters().Zip(weights, (adapter, weight) => weight * ties.Merge([adapter], new MergeSetting("density", "0.3"))).Aggregate((left, right) => left + right);
        await RequireAsync("magnitude_prune_svd", sum, 5);
    }

    [Theory]
    [InlineData("dare_linear_svd", 0.6, "task_arithmetic", "", 0.7, 0.4, 0.5)]
    [InlineData("dare_ties_svd", 0.5, "ties", "variant=peft", 0.7, 0.4, -0.5)]
    public async Task Changes_dropped_by_the_same_draws_agree_with_the_other_library(string name, double density, string method, string settings, params double[] weights)
    {
        TaskVector[] pruned = [.. Adapters().Select((adapter, index) => Drop(name, adapter, index, density))];
        await RequireAsync(name, MergeMethods.Find(method).Merge(pruned, Settings(settings, weights)), 5);
    }

    private static MergeSetting[] Settings(string settings, double[] weights) =>
    [
        .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => new MergeSetting(setting.Split('=')[0], setting.Split('=')[1])),
        .. weights.Select((weight, index) => new MergeSetting("weight", Text(weight), index)),
    ];

    private static TaskVector Drop(string name, TaskVector adapter, int index, double density)
    {
        Checkpoint masks = Checkpoint.Open(Path.Combine(LoraCase.Root, "combine", name, "keep-masks.safetensors"));
        string[] modules = ["model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.v_proj.weight", "model.layers.1.self_attn.q_proj.weight", "model.layers.1.self_attn.v_proj.weight"];

        // Drawn module by module, for every adapter in turn.
        var draws = new RecordedDraws((tensor, _) =>
            [.. TestModel.Bytes(masks, string.Create(CultureInfo.InvariantCulture, $"call/{(3 * Array.IndexOf(modules, tensor)) + index:000}")).Select(kept => kept != 0)]);
        return new DareLinear(draws).Merge([adapter], new MergeSetting("density", Text(density)), new MergeSetting("variant", "paper"));
    }

    private static TaskVector[] Adapters() => [.. new[] { "a", "b", "c" }.Select(adapter => TaskVector.Open(Path.Combine(LoraCase.Root, "combine", $"adapter-{adapter}")))];

    private static async Task RequireAsync(string name, TaskVector combined, int rank)
    {
        using var folder = new TemporaryFolder();
        TaskVector truncated = MergeMethods.Find("truncate").Merge([combined], new MergeSetting("rank", rank.ToString(CultureInfo.InvariantCulture)));
        string output = folder["merged.safetensors"];
        _ = await (Checkpoint.Open(Path.Combine(LoraCase.Root, "base-llama")) + truncated).SaveAsync(output, EditOptions.Default with { OutputDType = DType.F64 });
        CheckpointSource written = CheckpointFormats.Open(output);
        CheckpointSource merged = CheckpointFormats.Open(Path.Combine(LoraCase.Root, "combine", name, "merged.f64.safetensors"));
        Assert.All(merged.Tensors, tensor => Assert.InRange(LoraCase.Distance(LoraCase.Values(written, tensor.Name), LoraCase.Values(merged, tensor.Name)), 0, Tolerance));
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
