using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>
/// DARE with the draws that its authors' code has made: what is left of each task vector, and the merged model, agree to each case's tolerance for F64.
/// </summary>
public class RecordedDrawTests
{
    [Theory]
    [InlineData("dare-ta-p09")]
    [InlineData("dare-avg-norescale")]
    public async Task Dare_agrees_with_the_authors_code_on_the_same_draws(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        bool averages = golden.Parameters.GetProperty("mask_apply_method").GetString() == "average_merging";
        double weight = averages ? 1.0 / golden.TaskCount : golden.Number("scaling_coefficient");
        TaskVector[] vectors = [.. Enumerable.Range(0, golden.TaskCount).Select(golden.Vector)];
        await RequireAsync(golden, Merge(golden, vectors, weight, model => model), "merged/");
        for (int task = 0; task < golden.TaskCount; task++)
        {
            int drawn = task;
            await RequireAsync(golden, Merge(golden, [vectors[task]], 1, _ => drawn), $"sparse_model/task{task}/");
        }
    }

    [Fact]
    public async Task Draws_decide_what_is_kept_in_every_form_of_rescaling_and_election()
    {
        using var golden = new AuthorsCase("dare-ta-p09", "sign");
        var draws = new RecordedDraws((tensor, _) => Kept(golden, 0, tensor));
        foreach (IMergeMethod method in new IMergeMethod[] { new DareLinear(draws), new DareTies(draws) })
        {
            foreach (string variant in new[] { "mergekit", "paper" })
            {
                string output = golden[$"{method.Name}-{variant}"];
                _ = await method.Merge([golden.Vector(1)], new MergeSetting("density", "0.1"), new MergeSetting("variant", variant)).SaveAsync(output);
                foreach (TensorInfo tensor in Checkpoint.Open(output).Tensors)
                {
                    // A change of exactly zero is zero whatever is drawn.
                    bool[] kept = Kept(golden, 0, tensor.Name);
                    double[] change = Change(golden, tensor.Name);
                    double[] values = TestModel.Values(Checkpoint.Open(output), tensor.Name);
                    Assert.Equal(change.Zip(kept, (value, isKept) => isKept && value != 0), values.Select(value => value != 0));
                }
            }
        }
    }

    private static double[] Change(AuthorsCase golden, string tensor) =>
        [.. TestModel.Values(Checkpoint.Open(golden["task1"]), tensor).Zip(TestModel.Values(Checkpoint.Open(golden["base"]), tensor), (left, right) => left - right)];

    private static TaskVector Merge(AuthorsCase golden, TaskVector[] vectors, double weight, Func<int, int> taskOf)
    {
        var draws = new RecordedDraws((tensor, model) => Kept(golden, taskOf(model), tensor));
        string rescales = golden.Parameters.GetProperty("use_weight_rescale").GetBoolean() ? "true" : "false";
        return new DareLinear(draws).Merge(
            vectors,
            new MergeSetting("weight", Text(weight)),
            new MergeSetting("density", Text(1 - golden.Number("mask_rate"))),
            new MergeSetting("rescale", rescales),
            new MergeSetting("variant", "paper"));
    }

    private static async Task RequireAsync(AuthorsCase golden, TaskVector merged, string prefix)
    {
        string output = golden[prefix.Replace('/', '-') + "out"];
        _ = await (Checkpoint.Open(golden["base"]) + merged).SaveAsync(output, EditOptions.Default with { OutputDType = DType.F64, AnyBase = true });
        golden.RequireAgreement(Checkpoint.Open(output), prefix);
    }

    // Recorded is what was dropped.
    private static bool[] Kept(AuthorsCase golden, int task, string tensor) => [.. TestModel.Values(golden.Inputs, $"drop/task{task}/{tensor}").Select(dropped => dropped == 0)];

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
