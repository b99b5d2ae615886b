using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Interference;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>What methods promise where no other program has computed it.</summary>
public class SignPropertyTests
{
    /// <summary>The library's rule, element by element: trim by rank, one vote a model, weighted values over the number of those that agree.</summary>
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task The_variant_peft_trims_each_tensor_and_gives_each_model_one_vote(string normalize)
    {
        using var folder = new TemporaryFolder();
        const int Count = 2_000;
        double[] weights = [0.5, 2, 1.25];
        double[][] tasks = [.. Enumerable.Range(1, 3).Select(seed => TestModel.Numbers(seed, Count))];
        double[] merged = await MergeAsync(folder, "ties", tasks, new("variant", "peft"), new("density", "0.4"), new("normalize", normalize), new("weight", "0.5", 0), new("weight", "2", 1), new("weight", "1.25", 2));

        double[][] trimmed = [.. tasks.Select(task =>
        {
            double threshold = task.Select(Math.Abs).OrderDescending().ElementAt((int)(0.4 * Count) - 1);
            return task.Select(value => Math.Abs(value) >= threshold ? value : 0).ToArray();
        })];
        for (int index = 0; index < Count; index++)
        {
            bool isPositive = trimmed.Sum(task => task[index]) >= 0;
            int[] agreeing = [.. Enumerable.Range(0, 3).Where(task => isPositive ? trimmed[task][index] > 0 : trimmed[task][index] < 0)];
            double sum = agreeing.Sum(task => weights[task] * trimmed[task][index]);
            Assert.Equal(normalize == "true" ? sum / Math.Max(1, agreeing.Length) : sum, merged[index], 1e-15);
        }
    }

    [Fact]
    public async Task The_variants_of_ties_differ_in_what_they_trim_and_in_what_weights_do()
    {
        using var model = new MatrixModel(tasks: 3);
        var results = new List<double[]>();
        foreach (string variant in new[] { "mergekit", "paper", "peft" })
        {
            TaskVector merged = MergeMethods.Find("ties").Merge(model.Vectors, new("variant", variant), new("density", "0.3"), new("weight", "3", 0));
            _ = await merged.SaveAsync(model["out.safetensors"], EditOptions.Default with { Force = true });
            results.Add([.. MatrixModel.Names.SelectMany(name => TestModel.Values(Checkpoint.Open(model["out.safetensors"]), name))]);
        }

        Assert.NotEqual(results[0], results[1]);
        Assert.NotEqual(results[0], results[2]);
        Assert.NotEqual(results[1], results[2]);
    }

    /// <summary>Kept fraction and mean within five standard deviations; with norm matching the sum of magnitudes is exact up to rounding.</summary>
    [Theory]
    [InlineData("paper")]
    [InlineData("mergekit")]
    public async Task Dare_keeps_the_share_asked_for_and_makes_up_for_the_rest(string variant)
    {
        using var folder = new TemporaryFolder();
        const int Count = 100_000;
        const double Density = 0.3;
        double[] task = [.. TestModel.Numbers(5, Count).Select(value => value + 0.4)];
        double[] merged = await MergeAsync(folder, "dare_linear", [task], new("variant", variant), new("density", "0.3"));
        int kept = merged.Count(value => value != 0);
        Assert.InRange(kept, (Count * Density) - (5 * Math.Sqrt(Count * Density * (1 - Density))), (Count * Density) + (5 * Math.Sqrt(Count * Density * (1 - Density))));
        double spread = Math.Sqrt(task.Sum(value => value * value) * (1 - Density) / Density);
        Assert.InRange(merged.Sum(), task.Sum() - (5 * spread), task.Sum() + (5 * spread));
        double factor = merged.Zip(task, (result, value) => result / value).First(ratio => ratio != 0);
        Assert.All(merged.Zip(task), pair => Assert.True(pair.First == 0 || Math.Abs(pair.First - (factor * pair.Second)) < 1e-12));
        if (variant == "paper")
        {
            Assert.Equal(1 / Density, factor, 1e-12);
        }
        else
        {
            Assert.Equal(task.Sum(Math.Abs), merged.Sum(Math.Abs), 1e-6);
        }
    }

    [Fact]
    public async Task Emr_of_equal_tasks_gives_each_its_own()
    {
        using var folder = new TemporaryFolder();
        double[] task = TestModel.Numbers(3, 5_000);
        Assert.Equal(task, await MergeAsync(folder, "emr", [task, task, task]));
        double[] second = await MergeAsync(folder, "emr", [task, task, task], new MergeSetting("task", "2"));
        Assert.All(second.Zip(task), pair => Assert.Equal(pair.Second, pair.First, 1e-14));
    }

    [Fact]
    public async Task The_rescaler_of_emr_restores_the_sum_of_magnitudes_of_a_task()
    {
        using var folder = new TemporaryFolder();
        double[][] tasks = [.. Enumerable.Range(1, 4).Select(seed => TestModel.Numbers(seed, 70_000))];
        for (int task = 0; task < tasks.Length; task++)
        {
            double[] own = await MergeAsync(folder, "emr", tasks, new MergeSetting("task", $"{task + 1}"));
            Assert.Equal(tasks[task].Sum(Math.Abs), own.Sum(Math.Abs), 1e-6);
            Assert.All(own.Zip(tasks[task]), pair => Assert.True(pair.First * pair.Second >= 0));
        }
    }

    [Fact]
    public void A_task_that_is_not_there_is_named()
    {
        using var model = new MatrixModel();
        TaskVector merged = MergeMethods.Find("emr").Merge(model.Vectors, new MergeSetting("task", "3"));
        MergeException error = Assert.Throws<MergeException>(() => EditPlanner.Plan(model.Base + merged, new OutputTarget(model["out"]), EditOptions.Default));
        Assert.Contains("choose 1 to 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rescaling_over_the_whole_vector_is_refused()
    {
        using var model = new MatrixModel();
        TaskVector merged = MergeMethods.Find("ties").Merge(model.Vectors, new MergeSetting("variant", "paper"), new MergeSetting("rescale", "true"), new MergeSetting("density", "0.5"));
        MergeException error = Assert.Throws<MergeException>(() => EditPlanner.Plan(model.Base + merged, new OutputTarget(model["out"]), EditOptions.Default));
        Assert.Contains("does not rescale", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Matrices that are wide, square and tall; in the wide case no task moves some directions, and the sum is kept there.</summary>
    [Theory]
    [InlineData(5, 30)]
    [InlineData(12, 12)]
    [InlineData(30, 8)]
    public void The_exact_minimum_of_wudi_has_no_gradient_and_no_larger_loss_than_any_step(int rows, int columns)
    {
        var tasks = MatrixTasks.Dense(rows, columns, 3);
        Matrix<double> exact = tasks.Merge("wudi", new MergeSetting("solver", "exact"), new MergeSetting("cutoff", "1e-12"));
        Matrix<double> stepped = tasks.Merge("wudi", new MergeSetting("learning_rate", "0.001"), new MergeSetting("iterations", "200"));
        var context = new MergeContext(LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed), Threads: 1);
        var loss = new InterferenceLoss(tasks, context);
        Matrix<double> gradient = Matrix.Zero<double>(rows, columns);
        loss.HalfGradient(exact, gradient);
        Matrix<double> start = Matrix.Zero<double>(rows, columns);
        loss.HalfGradient(tasks.Sum(), start);

        // 1e-7 of the gradient at the sum: the condition of G, up to 1e6 here, times rounding.
        Assert.True(gradient.Elements.ToArray().Max(Math.Abs) <= 1e-7 * start.Elements.ToArray().Max(Math.Abs));
        double[] losses = [Loss(tasks, exact), Loss(tasks, stepped), Loss(tasks, tasks.Sum())];
        Assert.True(losses[0] <= losses[1] && losses[1] < losses[2], string.Join(", ", losses));
    }

    [Fact]
    public void Wudi_of_one_task_is_that_task()
    {
        var tasks = MatrixTasks.Dense(9, 14, 1);
        MatrixTasks.RequireClose(tasks.Sum().Elements, tasks.Merge("wudi", new MergeSetting("solver", "exact")).Elements);
    }

    /// <summary>A loop over the definition, not the quadratic form that is minimised.</summary>
    private static double Loss(MatrixTasks tasks, Matrix<double> merged)
    {
        double loss = 0;
        for (int task = 0; task < tasks.VectorCount; task++)
        {
            Matrix<double> own = tasks.Read(task);
            double norm = own.Elements.ToArray().Sum(value => value * value);
            for (int row = 0; row < own.Rows; row++)
            {
                for (int other = 0; other < own.Rows; other++)
                {
                    double dot = Enumerable.Range(0, own.Columns).Sum(column => (merged.View[row, column] - own.View[row, column]) * own.View[other, column]);
                    loss += dot * dot / norm;
                }
            }
        }

        return loss;
    }

    private static async Task<double[]> MergeAsync(TemporaryFolder folder, string method, double[][] tasks, params MergeSetting[] settings)
    {
        Checkpoint zero = TestModel.Write(folder["zero.safetensors"], ("x", DType.F64, new double[tasks[0].Length]));
        TaskVector[] vectors = [.. tasks.Select((values, task) => TestModel.Write(folder[$"task{task}.safetensors"], ("x", DType.F64, values)) - zero)];
        _ = await (zero + MergeMethods.Find(method).Merge(vectors, settings)).SaveAsync(folder["out.safetensors"], EditOptions.Default with { Force = true });
        return TestModel.Values(Checkpoint.Open(folder["out.safetensors"]), "x");
    }
}
