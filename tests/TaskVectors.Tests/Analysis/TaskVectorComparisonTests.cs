using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Tensors;
using TaskVectors.Tests.Execution;

namespace TaskVectors.Tests.Analysis;

/// <summary>Norms and cosines of task vectors, against a plain computation in float64. Sums of n terms differ by less than n units of 2^-53.</summary>
public sealed class TaskVectorComparisonTests : IDisposable
{
    private const double Tolerance = 1e-12;

    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Norms_and_cosines_equal_a_plain_computation_for_mixed_dtypes()
    {
        DType[] dtypes = [DType.F32, DType.BF16, DType.F64, DType.F16];
        Checkpoint[] models = [.. dtypes.Select((dtype, index) => Model($"m{index}", dtype, index))];
        ComparisonReport report = await Compare(models[0], models[1..], new AnalysisOptions());

        double[] origin = Flat(models[0]);
        double[][] vectors = [.. models[1..].Select(model => Flat(model).Zip(origin, (left, right) => left - right).ToArray())];
        for (int row = 0; row < vectors.Length; row++)
        {
            RequireClose(Norm(vectors[row]), report.Norms[row]);
            RequireClose(Norm(vectors[row]) / Norm(origin), report.RelativeNorms[row]);
            for (int column = 0; column < vectors.Length; column++)
            {
                double dot = vectors[row].Zip(vectors[column], (left, right) => left * right).Sum();
                RequireClose(dot / (Norm(vectors[row]) * Norm(vectors[column])), report.Cosines[row][column]);
            }
        }

        foreach (LayerComparison layer in report.Layers)
        {
            double[] layerOrigin = TestModel.Values(models[0], layer.Name);
            for (int model = 1; model < models.Length; model++)
            {
                RequireClose(Norm([.. TestModel.Values(models[model], layer.Name).Zip(layerOrigin, (left, right) => left - right)]), layer.Norms[model - 1]);
            }
        }

        Assert.Equal(["a", "b", "empty"], report.Layers.Select(layer => layer.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Threads_and_memory_do_not_change_a_bit_and_the_order_of_models_only_the_order_of_results()
    {
        Checkpoint[] models = [.. Enumerable.Range(0, 4).Select(index => Model($"m{index}", DType.F32, index, 700_001))];
        ComparisonReport first = await Compare(models[0], models[1..], new AnalysisOptions { Threads = 1, Memory = EditOptions.MinimumMemory });
        ComparisonReport second = await Compare(models[0], models[1..], new AnalysisOptions { Threads = 7, Memory = 1L << 30 });
        ComparisonReport reversed = await Compare(models[0], [.. models[1..].Reverse()], new AnalysisOptions());
        Assert.Equal(first.Norms, second.Norms);
        Assert.Equal(first.Cosines.SelectMany(row => row), second.Cosines.SelectMany(row => row));
        Assert.Equal(first.Norms.Reverse(), reversed.Norms);
        Assert.Equal(first.Cosines[0][2], reversed.Cosines[2][0]);
    }

    [Fact]
    public async Task Parallel_opposite_orthogonal_and_zero_vectors_have_the_cosines_they_should()
    {
        Checkpoint origin = Plain("base", 1, 1);
        Checkpoint[] models = [Plain("right", 2, 1), Plain("further", 4, 1), Plain("left", 0, 1), Plain("up", 1, 5), Plain("still", 1, 1)];
        ComparisonReport report = await Compare(origin, models, new AnalysisOptions());
        Assert.Equal([1, 1, -1, 0], report.Cosines[0].Take(4));
        Assert.All(report.Cosines.Select(row => row[4]), cosine => Assert.True(double.IsNaN(cosine)));
        Assert.All(report.Cosines[4], cosine => Assert.True(double.IsNaN(cosine)));
        Assert.Equal([1, 3, 1, 4, 0], report.Norms);
    }

    [Fact]
    public async Task Cosines_survive_norms_whose_product_leaves_the_range()
    {
        Checkpoint origin = _sandbox.Model("base", ("w", DType.F64, [0, 0]));
        Checkpoint huge = _sandbox.Model("huge", ("w", DType.F64, [1e150, 0]));
        Checkpoint alsoHuge = _sandbox.Model("also", ("w", DType.F64, [1e150, 1e150]));
        ComparisonReport report = await Compare(origin, [huge, alsoHuge], new AnalysisOptions());
        Assert.Equal(Math.Sqrt(0.5), report.Cosines[0][1], Tolerance);
    }

    [Fact]
    public async Task A_filter_limits_what_is_compared_and_what_must_fit()
    {
        Checkpoint origin = _sandbox.Model("base", ("a", DType.F32, [1, 2]), ("b", DType.F32, [1]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.F32, [4, 6]), ("b", DType.F32, [1, 1]));
        _ = await Assert.ThrowsAsync<EditException>(() => Compare(origin, [other], new AnalysisOptions()));
        ComparisonReport report = await Compare(origin, [other], new AnalysisOptions { Filter = new TensorFilter([], ["b"]) });
        Assert.Equal([5], report.Norms);
        Assert.Equal("a", Assert.Single(report.Layers).Name);
    }

    [Theory]
    [InlineData("memory", EditError.InvalidOption)]
    [InlineData("threads", EditError.InvalidOption)]
    [InlineData("pattern", EditError.UnmatchedPattern)]
    public async Task Options_that_make_no_sense_are_usage_errors(string option, EditError expected)
    {
        AnalysisOptions options = option switch
        {
            "memory" => new AnalysisOptions { Memory = 1 },
            "threads" => new AnalysisOptions { Threads = 0 },
            _ => new AnalysisOptions { Filter = new TensorFilter(["nothing"], []) },
        };
        Checkpoint origin = Plain("base", 1, 1);
        EditException error = await Assert.ThrowsAsync<EditException>(() => Compare(origin, [Plain("other", 2, 2)], options));
        Assert.Equal(expected, error.Error);
        Assert.Equal(ErrorCategory.Usage, error.Category);
    }

    [Fact]
    public async Task Integer_tensors_play_no_part_and_a_model_may_be_compared_with_itself()
    {
        Checkpoint origin = _sandbox.Model("base", ("w", DType.F32, [1]), ("position", DType.I64, [1]));
        Checkpoint other = _sandbox.Model("other", ("w", DType.F32, [3]), ("position", DType.I64, [9]));
        ComparisonReport report = await Compare(origin, [other, origin, other], new AnalysisOptions());
        Assert.Equal([2, 0, 2], report.Norms);
        Assert.Equal(1, report.Cosines[0][2]);
        Assert.Equal("w", Assert.Single(report.Layers).Name);
    }

    [Fact]
    public async Task Stored_task_vectors_compare_as_the_checkpoints_they_came_from()
    {
        Checkpoint[] models = [.. Enumerable.Range(0, 3).Select(index => Model($"m{index}", DType.F32, index))];
        _ = await (models[1] - models[0]).SaveAsync(_sandbox["v1.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        ComparisonReport whole = await Compare(models[0], models[1..], new AnalysisOptions());
        ComparisonReport stored = await CompareStored("m0", ["v1", "m2"]);
        Assert.Equal(whole.Norms, stored.Norms);
        Assert.Equal(whole.Cosines.SelectMany(row => row), stored.Cosines.SelectMany(row => row));
    }

    [Fact]
    public async Task A_vector_is_zero_in_the_tensors_that_it_lacks()
    {
        Checkpoint origin = _sandbox.Model("base", ("a", DType.F32, [0, 0]), ("b", DType.F32, [0]));
        Checkpoint tuned = _sandbox.Model("tuned", ("a", DType.F32, [3, 4]), ("b", DType.F32, [12]));
        _ = await (tuned - origin).SaveAsync(_sandbox["part.safetensors"], EditOptions.Default with { Filter = new TensorFilter(["a"], []) });
        ComparisonReport report = await CompareStored("base", ["part", "tuned"]);
        Assert.Equal([5, 13], report.Norms);
        Assert.Equal(5.0 / 13, report.Cosines[0][1], Tolerance);
        Assert.Equal([0, 12], report.Layers.Single(layer => layer.Name == "b").Norms);
    }

    [Fact]
    public async Task An_adapter_is_compared_as_the_model_it_makes()
    {
        NamedSource adapter = Source(GoldenPath.Of("lora", "llama-plain", "adapter"));
        _ = await Checkpoint.Open($"{GoldenPath.Of("lora", "base-llama")}+{adapter.Source.Path}").SaveAsync(_sandbox["merged.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        ComparisonReport report = await TaskVectorComparison.RunAsync(
            Source(GoldenPath.Of("lora", "base-llama")), [adapter, Source(_sandbox["merged.safetensors"])], new AnalysisOptions());

        // The sum of base and adapter is rounded to F64 once, numbers of size 1.
        Assert.Equal(report.Norms[1], report.Norms[0], Tolerance);
        Assert.Equal(1, report.Cosines[0][1], Tolerance);
    }

    [Fact]
    public async Task A_vector_of_another_base_is_refused_unless_it_may_be()
    {
        Checkpoint[] models = [.. Enumerable.Range(0, 3).Select(index => Model($"m{index}", DType.F32, index))];
        _ = await (models[2] - models[1]).SaveAsync(_sandbox["v.safetensors"]);
        EditException error = await Assert.ThrowsAsync<EditException>(() => CompareStored("m0", ["v"]));
        Assert.Equal((EditError.BaseMismatch, _sandbox["v.safetensors"]), (error.Error, error.File));
        Assert.True((await CompareStored("m0", ["v"], new AnalysisOptions { AnyBase = true })).Norms[0] > 0);
        _ = await Assert.ThrowsAsync<ArgumentException>(() => CompareStored("v", ["m0"]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public async Task A_weight_that_is_not_finite_is_named(double value)
    {
        Checkpoint origin = _sandbox.Model("base", ("a", DType.F32, [1, 2]), ("b", DType.F32, [1, 1]));
        Checkpoint broken = _sandbox.Model("broken", ("a", DType.F32, [1, 2]), ("b", DType.F32, [1, value]));
        EditException error = await Assert.ThrowsAsync<EditException>(() => Compare(origin, [broken], new AnalysisOptions()));
        Assert.Equal((EditError.NaN, "b", _sandbox["broken.safetensors"]), (error.Error, error.Tensor, error.File));
        Assert.Equal([0], (await Compare(origin, [broken], new AnalysisOptions { Filter = new TensorFilter([], ["b"]) })).Norms);
        Assert.Contains("The base", (await Assert.ThrowsAsync<EditException>(() => Compare(broken, [origin], new AnalysisOptions()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tensor_that_a_model_lacks_may_count_as_unchanged()
    {
        Checkpoint origin = _sandbox.Model("base", ("a", DType.F32, [1, 2]), ("head", DType.F32, [5]));
        Checkpoint headless = _sandbox.Model("headless", ("a", DType.F32, [1, 4]), ("other", DType.F32, [9]));
        _ = await Assert.ThrowsAnyAsync<TaskVectorsException>(() => Compare(origin, [headless], new AnalysisOptions()));
        ComparisonReport report = await Compare(origin, [headless], new AnalysisOptions { Missing = MissingTensors.Base });
        Assert.Equal([2], report.Norms);
    }

    private Task<ComparisonReport> CompareStored(string origin, string[] names, AnalysisOptions? options = null) => TaskVectorComparison.RunAsync(
        Source(_sandbox[origin + ".safetensors"]), [.. names.Select(name => Source(_sandbox[name + ".safetensors"]))], options ?? new AnalysisOptions());

    private static NamedSource Source(string path) => new(Path.GetFileNameWithoutExtension(path), CheckpointFormats.Open(path));

    private static double[] Flat(Checkpoint model) => [.. new[] { "a", "b" }.SelectMany(name => TestModel.Values(model, name))];

    private static double Norm(double[] vector) => Math.Sqrt(vector.Sum(value => value * value));

    private static void RequireClose(double expected, double actual) => Assert.Equal(expected, actual, Tolerance * Math.Max(1, Math.Abs(expected)));

    private static Task<ComparisonReport> Compare(Checkpoint origin, IReadOnlyList<Checkpoint> models, AnalysisOptions options) =>
        TaskVectorComparison.RunAsync(new NamedCheckpoint("base", origin), [.. models.Select((model, index) => new NamedCheckpoint($"model{index}", model))], options);

    private Checkpoint Model(string name, DType dtype, int seed, int elements = 5_003) => _sandbox.Model(
        name, ("a", dtype, TestModel.Numbers(seed, elements)), ("b", dtype, TestModel.Numbers(seed + 50, 77)), ("empty", dtype, []));

    private Checkpoint Plain(string name, double x, double y) => _sandbox.Model(name, ("w", DType.F32, [x, y]));
}
