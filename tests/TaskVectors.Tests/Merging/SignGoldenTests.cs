using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging;

/// <summary>
/// The merges of the papers' authors' code that work element by element, written here as edits in F64. The tolerance is each case's own for F64. All
/// weights lie on a grid, some on a coarse one full of equal magnitudes and sums of exactly zero, so that selections must agree exactly.
/// </summary>
public class SignGoldenTests
{
    [Theory]
    [InlineData("magmax-k2-int64")]
    [InlineData("magmax-k3")]
    [InlineData("magmax-k4-coarse-ties")]
    public async Task MagMax_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        await RequireAsync(golden, Call(golden, "magmax", "lambda: 1"), golden.Number("coefficient"));
    }

    [Theory]
    [InlineData("ties-top20-mean")]
    [InlineData("ties-top20-mean-coarse")]
    [InlineData("ties-top50-mean-tied-embedding", "transformer.encoder.embed_tokens.weight", "transformer.decoder.embed_tokens.weight")]
    [InlineData("ties-top50-sum")]
    public async Task Ties_over_the_whole_vector_agrees_with_the_authors_code(string name, params string[] tied)
    {
        // The authors count a tied tensor once.
        using var golden = new AuthorsCase(name, "sign", tied);
        string normalize = golden.Parameters.GetProperty("merge_func").GetString() == "dis-mean" ? "true" : "false";
        await RequireAsync(golden, Call(golden, "ties", $"variant: paper, density: {Text(golden.Number("topK_percent") / 100)}, normalize: {normalize}"), golden.Number("lambda"));
    }

    [Theory]
    [InlineData("tall-k3", "sum")]
    [InlineData("tall-k4-mixed", "sum")]
    [InlineData("tall-k5-ties-thr3", "ties")]
    public async Task Consensus_and_the_masks_of_tasks_agree_with_the_authors_code(string name, string vector)
    {
        using var golden = new AuthorsCase(name, "sign");
        string lambdas = string.Join(", ", golden.Parameters.GetProperty("lambda_per_task").EnumerateArray().Select(value => Text(value.GetDouble())));
        string masks = $"mask_lambda: [{lambdas}], vector: {vector}";
        string consensus = $"{masks}, agreement: {golden.Number("prune_threshold")}, lambda: {Text(golden.Number("alpha"))}";
        Checkpoint merged = await golden.SaveAsync($"base + {Call(golden, "consensus", consensus)}");
        golden.RequireAgreement(merged, "merged/");
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint masked = await golden.SaveAsync($"base + {Call(golden, "consensus", $"{masks}, task: {task + 1}")}", output: $"task{task}-masked.safetensors");
            golden.RequireAgreement(masked, $"masked_model/task{task}/");
        }

        Checkpoint all = await golden.SaveAsync(Call(golden, "consensus", $"{masks}, agreement: 0"), output: "all.safetensors");
        golden.RequireAgreement(all, "multi_task_vector/");
    }

    [Theory]
    [InlineData("emr-k2")]
    [InlineData("emr-k3")]
    [InlineData("emr-k4-coarse")]
    public async Task Emr_and_the_models_of_its_tasks_agree_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        Checkpoint unified = await golden.SaveAsync(Call(golden, "emr", "task: 0"), output: "unified.safetensors");
        golden.RequireAgreement(unified, "unified/");
        double[] code = TestModel.Values(golden.Expected, "rescalers");
        double[] paper = TestModel.Values(golden.Expected, "rescalers_global_sum");
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint model = await golden.SaveAsync($"base + {Call(golden, "emr", $"task: {task + 1}, variant: authors")}", output: $"task{task}-emr.safetensors");
            golden.RequireAgreement(model, $"merged/task{task}/");

            // The two forms differ by the factor alone.
            Checkpoint other = await golden.SaveAsync($"base + {Text(code[task] / paper[task])} * {Call(golden, "emr", $"task: {task + 1}")}", output: $"task{task}-paper.safetensors");
            golden.RequireAgreement(other, $"merged/task{task}/");
        }
    }

    [Theory]
    [InlineData("pcb-top-r10-k3")]
    [InlineData("pcb-top-r20-k2-small")]
    [InlineData("pcb-vision-r05-k4")]
    [InlineData("pcb-vision-r10-k8")]
    public async Task Pcb_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        string variant = golden.Parameters.GetProperty("variant").GetString() == "vision" ? "normalized" : "raw";
        string parameters = $"variant: {variant}, ratio: {Text(golden.Number("ratio"))}, clamp: {Text(golden.Number("clamp_ratio"))}, lambda: {Text(golden.Number("lambda"))}";
        await RequireAsync(golden, Call(golden, "pcb", parameters), 1);
    }

    [Theory]
    [InlineData("wudi-k2-small")]
    [InlineData("wudi-k3")]
    [InlineData("wudi-k4-50it")]
    public async Task Wudi_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        string call = Call(golden, "wudi", $"iterations: {golden.Number("iterations")}");
        await RequireAsync(golden, call, 1);
        string sum = string.Join(" - ", Enumerable.Range(0, golden.TaskCount).Select(task => $"({AuthorsCase.Task(task)})"));
        golden.RequireAgreement(await golden.SaveAsync($"{call} - {sum}", output: "step.safetensors"), "step_from_sum/");
    }

    [Theory]
    [InlineData("breadcrumbs-conv-zeroed")]
    [InlineData("breadcrumbs-readme")]
    [InlineData("breadcrumbs-wide-gamma006")]
    public async Task Breadcrumbs_along_the_last_dimension_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        string parameters = $"variant: paper, density: {Text(golden.Number("top_k_keep_beta"))}, gamma: {Text(golden.Number("top_k_remove_gamma"))}";
        await RequireAsync(golden, Call(golden, "breadcrumbs", parameters), golden.Number("alpha"));
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint masked = await golden.SaveAsync($"breadcrumbs({AuthorsCase.Task(task)}, {parameters})", output: $"task{task}-masked.safetensors");
            golden.RequireAgreement(masked, $"masked/task{task}/");
        }
    }

    [Fact]
    public async Task Dropping_the_smallest_magnitudes_agrees_with_the_authors_code()
    {
        using var golden = new AuthorsCase("dare-magnitude-ta", "sign");
        string parameters = $"drop: magnitude, variant: paper, density: {Text(1 - golden.Number("mask_rate"))}";
        golden.RequireAgreement(await golden.SaveAsync($"base + {Call(golden, "dare_linear", $"{parameters}, lambda: {Text(golden.Number("scaling_coefficient"))}")}"), "merged/");
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint sparse = await golden.SaveAsync($"base + dare_linear({AuthorsCase.Task(task)}, {parameters})", output: $"task{task}-sparse.safetensors");
            golden.RequireAgreement(sparse, $"sparse_model/task{task}/");
        }
    }

    [Fact]
    public async Task Ties_of_models_that_chance_has_thinned_agrees_with_the_authors_code()
    {
        using var golden = new AuthorsCase("dare-ties-p05", "sign");
        TaskVector[] sparse = [.. Enumerable.Range(0, golden.TaskCount).Select(task => golden.ExpectedModel($"sparse_model/task{task}/") - Checkpoint.Open(golden["base"]))];

        // They trim to all that is as large as the element of rank k = floor(.8 d), from the smallest: d - k others are as large. Half an element more guards against rounding.
        long total = sparse[0].Form.Anchor.Tensors.Sum(tensor => tensor.ElementCount);
        double density = (total - (long)(total * golden.Number("param_value_mask_rate")) + 0.5) / total;
        TaskVector merged = MergeMethods.Find("ties").Merge(sparse, new MergeSetting("variant", "paper"), new MergeSetting("density", Text(density)));
        string output = golden["merged"];
        _ = await (Checkpoint.Open(golden["base"]) + (golden.Number("scaling_coefficient") * merged)).SaveAsync(output);
        golden.RequireAgreement(Checkpoint.Open(output), "merged/");
    }

    /// <summary>The vector of a call, and the base with the vector times a coefficient.</summary>
    private static async Task RequireAsync(AuthorsCase golden, string call, double coefficient)
    {
        Checkpoint vector = await golden.SaveAsync(call, output: "vector.safetensors");
        golden.RequireAgreement(vector, "vector/");
        Checkpoint merged = await golden.SaveAsync($"base + {Text(coefficient)} * {call}");
        golden.RequireAgreement(merged, "merged/");
    }

    private static string Call(AuthorsCase golden, string method, string parameters) =>
        $"{method}({string.Join(", ", Enumerable.Range(0, golden.TaskCount).Select(AuthorsCase.Task))}, {parameters})";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
