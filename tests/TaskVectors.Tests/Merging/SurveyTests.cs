using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;
using TaskVectors.Tests.Execution;

namespace TaskVectors.Tests.Merging;

/// <summary>Methods that survey all tensors before the first is merged: exact, whatever the threads and the memory, and resumed like any other.</summary>
public class SurveyTests
{
    public static TheoryData<string, string> Surveys => new()
    {
        { "ties", "variant=paper density=0.3" },
        { "consensus", "vector=ties density=0.4 agreement=1" },
        { "emr", "task=2" },
        { "emr", "task=1 variant=authors" },
        { "pcb", "ratio=0.2 clamp=0.01" },
    };

    [Theory]
    [MemberData(nameof(Surveys))]
    public async Task Threads_and_memory_do_not_change_a_byte(string method, string settings)
    {
        using var model = new MatrixModel(tasks: 3, DType.BF16);
        Checkpoint edited = model.Base + Merged(model, method, settings);
        var manifests = new List<Manifest>();
        foreach ((int threads, long memory) in new[] { (1, EditOptions.MinimumMemory), (2, 256L << 20), (7, 1L << 30) })
        {
            manifests.Add(await edited.SaveAsync(model[$"out{threads}"], EditOptions.Default with { Threads = threads, Memory = memory }));
        }

        Assert.All(manifests, manifest => Assert.Equal(manifests[0].Files.Select(file => file.Hash), manifest.Files.Select(file => file.Hash)));
        Assert.True(manifests[0].EditNorm > 0);
    }

    [Theory]
    [MemberData(nameof(Surveys))]
    public async Task An_interrupted_merge_goes_on_to_the_same_bytes(string method, string settings)
    {
        using var model = new MatrixModel(tasks: 3);
        Checkpoint edited = model.Base + Merged(model, method, settings);
        Manifest straight = await edited.SaveAsync(model["straight"]);
        await Interrupted.LeavePartial(edited, model["resumed"]);
        Manifest resumed = await edited.SaveAsync(model["resumed"], EditOptions.Default with { Resume = true });
        Assert.Equal(straight.Files.Select(file => file.Hash), resumed.Files.Select(file => file.Hash));
    }

    /// <summary>Of tensors of many chunks, of few elements, and of values on a coarse grid: what survives is what sorting says.</summary>
    [Theory]
    [InlineData(1e-3, 0.1)]
    [InlineData(1e-3, 0.999)]
    [InlineData(0.25, 0.02)]
    [InlineData(0, 0.5)]
    [InlineData(0, 1)]
    public async Task The_threshold_over_the_whole_vector_is_the_one_that_sorting_finds(double grid, double density)
    {
        using var folder = new TemporaryFolder();
        (string Name, int Count)[] tensors = [("bias", 7), ("large", 200_000), ("scale", 1), ("small", 5_000)];
        double[][] values = [.. tensors.Select((tensor, index) => TestModel.Numbers(index + 1, tensor.Count).Select(value => grid > 0 ? Math.Round(value / grid) * grid : value).ToArray())];
        Checkpoint zero = TestModel.Write(folder["zero.safetensors"], [.. tensors.Select(tensor => (tensor.Name, DType.F64, new double[tensor.Count]))]);
        Checkpoint tuned = TestModel.Write(folder["tuned.safetensors"], [.. tensors.Select((tensor, index) => (tensor.Name, DType.F64, values[index]))]);
        TaskVector merged = MergeMethods.Find("ties").Merge([tuned - zero], new MergeSetting("variant", "paper"), new MergeSetting("density", density.ToString("R")));
        _ = await (zero + merged).SaveAsync(folder["out.safetensors"]);

        double[] descending = [.. values.SelectMany(value => value).Select(Math.Abs).OrderDescending()];
        double threshold = descending[Math.Min(descending.Length, (int)(descending.Length * density) + 1) - 1];
        Checkpoint actual = Checkpoint.Open(folder["out.safetensors"]);
        for (int index = 0; index < tensors.Length; index++)
        {
            Assert.Equal(values[index].Select(value => Math.Abs(value) >= threshold ? value : 0), TestModel.Values(actual, tensors[index].Name));
        }
    }

    /// <summary>
    /// Two changes of a BF16 tensor differ by less than F32 can tell, and one of them is the largest of all. Beside an F32 tensor they are compared in F64, like
    /// everything that is surveyed with them; where all is BF16 they count as equal and both stay.
    /// </summary>
    [Theory]
    [InlineData(DType.F32, new double[] { 0, 256 })]
    [InlineData(DType.BF16, new double[] { 256, 256 })]
    public async Task Tensors_are_surveyed_together_in_the_precision_of_the_widest(DType other, double[] changes)
    {
        using var folder = new TemporaryFolder();
        double[] close = [Math.ScaleB(1, -20), Math.ScaleB(1, -21)];
        Checkpoint origin = TestModel.Write(folder["origin.safetensors"], ("narrow", DType.BF16, [-256, -256]), ("other", other, new double[3]));
        Checkpoint tuned = TestModel.Write(folder["tuned.safetensors"], ("narrow", DType.BF16, [.. close.Select(value => -value)]), ("other", other, [1, 2, 3]));
        TaskVector merged = MergeMethods.Find("ties").Merge([tuned - origin], new MergeSetting("variant", "paper"), new MergeSetting("density", "0.01"));
        _ = await (origin + merged).SaveAsync(folder["out.safetensors"]);
        Checkpoint actual = Checkpoint.Open(folder["out.safetensors"]);
        Assert.Equal(changes.Select((change, index) => change == 0 ? -256 : -close[index]), TestModel.Values(actual, "narrow"));
        Assert.Equal([0, 0, 0], TestModel.Values(actual, "other"));
    }

    /// <summary>A naive program for PCB with sorting; the last ratio reaches into the negative scores. Tolerance 1e-12: a few roundings of F64.</summary>
    [Theory]
    [InlineData(0.1, 0.001)]
    [InlineData(0.6, 0.02)]
    [InlineData(0.97, 0)]
    public async Task Scores_of_either_sign_are_ranked_as_sorting_ranks_them(double ratio, double clamp)
    {
        using var folder = new TemporaryFolder();
        const int Count = 30_000;
        Checkpoint zero = TestModel.Write(folder["zero.safetensors"], ("x", DType.F64, new double[Count]));
        double[][] tasks = [TestModel.Numbers(1, Count), [.. TestModel.Numbers(2, Count).Zip(TestModel.Numbers(1, Count), (own, other) => own - (0.7 * other))]];
        TaskVector[] vectors = [.. tasks.Select((values, task) => TestModel.Write(folder[$"task{task}.safetensors"], ("x", DType.F64, values)) - zero)];
        TaskVector merged = MergeMethods.Find("pcb").Merge(vectors, new MergeSetting("ratio", ratio.ToString("R")), new MergeSetting("clamp", clamp.ToString("R")));
        _ = await (zero + merged).SaveAsync(folder["out.safetensors"]);

        double[] expected = Pcb(tasks, ratio, clamp);
        Assert.Contains(expected, value => value != 0);
        MatrixTasks.RequireClose(expected, TestModel.Values(Checkpoint.Open(folder["out.safetensors"]), "x"));
    }

    [Fact]
    public void The_budget_counts_what_a_survey_lists()
    {
        using var model = new MatrixModel(tasks: 3);
        EditPlan plan = EditPlanner.Plan(model.Base + Merged(model, "ties", "variant=paper density=0.3"), new OutputTarget(model["out"]), EditOptions.Default with { Memory = EditOptions.MinimumMemory });
        Assert.InRange(plan.PeakBufferBytes, plan.ComputationBytes + 1, EditOptions.MinimumMemory);
    }

    [Fact]
    public async Task A_tensor_with_parameters_of_its_own_has_a_threshold_of_its_own()
    {
        using var model = new MatrixModel(tasks: 1);
        TaskVector merged = MergeMethods.Find("ties").Merge(model.Vectors, new EmbeddingKept());
        _ = await (model.Base + merged).SaveAsync(model["out.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        Checkpoint actual = Checkpoint.Open(model["out.safetensors"]);
        Checkpoint tuned = Checkpoint.Open(model.PathOf("task0"));
        Assert.Equal(TestModel.Values(tuned, "embed.weight"), TestModel.Values(actual, "embed.weight"));
        int moved = MatrixModel.Names.Where(name => name != "embed.weight")
            .Sum(name => TestModel.Values(actual, name).Zip(TestModel.Values(model.Base, name)).Count(pair => pair.First != pair.Second));
        int rest = MatrixModel.Names.Where(name => name != "embed.weight").Sum(name => TestModel.Values(actual, name).Length);
        Assert.Equal((int)(0.1 * rest) + 1, moved);
    }

    private static TaskVector Merged(MatrixModel model, string method, string settings) => MergeMethods.Find(method).Merge(
        model.Vectors, [.. settings.Split(' ').Select(text => new MergeSetting(text.Split('=')[0], text.Split('=')[1]))]);

    private static double[] Pcb(double[][] tasks, double ratio, double clamp)
    {
        int count = tasks[0].Length;
        double[] sum = new double[count];
        double[] shares = new double[count];
        foreach (double[] task in tasks)
        {
            double[] sorted = [.. task.Select(Math.Abs).Order()];
            double low = sorted[(int)(count * clamp)];
            double high = sorted[(int)((count * (1 - clamp)) - 1)];
            double[] clamped = [.. task.Select(value => Math.Clamp(Math.Abs(value), low, high))];
            double[] scores = [.. Enumerable.Range(0, count).Select(index =>
                Math.Exp(tasks.Length * Math.Pow((clamped[index] - low) / (high - low), 2)) * Math.Tanh(task[index] * tasks.Sum(other => other[index])))];
            double threshold = scores.Order().ElementAt((int)(count * (1 - ratio)));
            double largest = scores.Max();
            for (int index = 0; index < count; index++)
            {
                double share = (Math.Max(scores[index], threshold) - threshold) / (largest - threshold);
                sum[index] += Math.Sign(task[index]) * clamped[index] * share;
                shares[index] += share;
            }
        }

        return [.. sum.Zip(shares, (value, share) => value / Math.Max(share, 1e-12))];
    }

    /// <summary>Keeps the embedding whole and a tenth of all else.</summary>
    private sealed class EmbeddingKept : IParameterSource
    {
        public string Identity => "embedding kept";

        public IReadOnlyList<MergeSetting> SettingsFor(MergeTensor tensor) =>
            [new("variant", "paper"), new("density", tensor.Name == "embed.weight" ? "1" : "0.1")];
    }
}
