using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging.Statistics;

/// <summary>Fisher merging from given information.</summary>
public sealed class FisherTests : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Layers = [("embed.weight", [301, 13]), ("layer.weight", [70, 257]), ("layer.bias", [257]), ("scale", [])];

    private readonly StatisticsSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.01)]
    [InlineData(true, 0)]
    [InlineData(true, 0.005)]
    public async Task Elements_are_weighted_by_importance_times_information(bool unitNorm, double epsilon)
    {
        (Checkpoint[] models, Checkpoint[] fishers) = Models(3);
        double[] weights = [1, 0.5, 3];
        Checkpoint merged = await Merge(models, fishers, [new("unit_norm", unitNorm ? "true" : "false"), new("epsilon", $"{epsilon}"), .. weights.Select((weight, model) => new MergeSetting("weight", $"{weight}", model))]);
        double[] norms = [.. fishers.Select(fisher => Math.Sqrt(Layers.Sum(layer => TestModel.Values(fisher, layer.Name).Sum(value => value * value))))];
        foreach ((string name, _) in Layers)
        {
            double[][] values = [.. models.Select(model => TestModel.Values(model, name))];
            double[][] information = [.. fishers.Select(fisher => TestModel.Values(fisher, name))];
            double[] actual = TestModel.Values(merged, name);
            for (int index = 0; index < actual.Length; index++)
            {
                double[] factors = [.. weights.Select((weight, model) => weight * Math.Max(information[model][index] / (unitNorm ? norms[model] : 1), epsilon))];
                double expected = factors.Select((factor, model) => factor * values[model][index]).Sum() / factors.Sum();

                // A few roundings of F64.
                Assert.Equal(expected, actual[index], 1e-13);
            }
        }
    }

    [Fact]
    public async Task Constant_information_gives_the_weighted_mean()
    {
        (Checkpoint[] models, _) = Models(2);
        Checkpoint[] constant = [.. models.Select((model, index) => Statistics($"constant{index}", model, (_, _) => 0.37))];
        Checkpoint merged = await Merge(models, constant, [new("weight", "1", 0), new("weight", "2", 1)]);
        Checkpoint mean = await _sandbox.Save(MergeMethods.Find("linear").Merge(models, [new MergeSetting("weight", "1", 0), new MergeSetting("weight", "2", 1)]), "mean.safetensors");
        Assert.All(Layers, layer => Assert.All(TestModel.Values(mean, layer.Name).Zip(TestModel.Values(merged, layer.Name)), pair => Assert.Equal(pair.First, pair.Second, 1e-14)));
    }

    [Fact]
    public async Task Where_there_is_no_information_the_result_is_the_weighted_mean()
    {
        Checkpoint a = _sandbox.Model("a", ("w", [3], [1, 1, 1]), ("v", [1], [2]));
        Checkpoint b = _sandbox.Model("b", ("w", [3], [4, 4, 4]), ("v", [1], [5]));
        Checkpoint[] fishers = [_sandbox.Statistics("fa", StatisticsKind.Fisher, a, [("w", [3], [0, 1, 0])]), _sandbox.Statistics("fb", StatisticsKind.Fisher, b, [("w", [3], [0, 0, 2])])];
        Checkpoint merged = await Merge([a, b], fishers, [new("epsilon", "0"), new("weight", "2", 1)]);
        Assert.Equal([3, 1, 4], TestModel.Values(merged, "w"));
        Assert.Equal([4], TestModel.Values(merged, "v"));
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.F64)]
    public async Task Merging_a_model_with_itself_gives_that_model_bit_for_bit(DType dtype)
    {
        (Checkpoint[] models, Checkpoint[] fishers) = Models(1);
        Checkpoint other = Statistics("other", models[0], (layer, count) => [.. TestModel.Numbers(77 + layer, count).Select(value => value * value)]);
        Checkpoint merged = await Merge([models[0], models[0]], [fishers[0], other], [], EditOptions.Default with { OutputDType = dtype });
        Assert.All(Layers, layer => Assert.Equal(TestModel.Values(models[0], layer.Name), TestModel.Values(merged, layer.Name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("unit_norm")]
    public async Task Threads_and_memory_do_not_change_a_byte(string flag)
    {
        (Checkpoint[] models, Checkpoint[] fishers) = Models(3);
        MergeSetting[] settings = flag.Length > 0 ? [new(flag, "true")] : [];
        Checkpoint expected = await Merge(models, fishers, settings, EditOptions.Default with { Threads = 1 });
        Checkpoint merged = await Merge(models, fishers, settings, EditOptions.Default with { Threads = 7, Memory = 64L << 20 });
        Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(expected, layer.Name), TestModel.Bytes(merged, layer.Name)));
    }

    [Fact]
    public async Task Information_that_is_no_number_is_an_error_that_names_the_file()
    {
        (Checkpoint[] models, Checkpoint[] fishers) = Models(2);
        fishers[1] = Statistics("broken", models[1], (_, count) => [.. Enumerable.Repeat(double.NaN, count)]);
        EditException error = await Assert.ThrowsAsync<EditException>(() => Merge(models, fishers, []));
        Assert.Equal(EditError.NaN, error.Error);
        Assert.Contains("broken.safetensors", error.Message, StringComparison.Ordinal);
    }

    private async Task<Checkpoint> Merge(Checkpoint[] models, Checkpoint[] statistics, MergeSetting[] settings, EditOptions? options = null) =>
        await _sandbox.Save(MergeMethods.Find("fisher").MergeWithStatistics(models, statistics, settings), $"{Guid.NewGuid():N}.safetensors", options);

    private (Checkpoint[] Models, Checkpoint[] Fishers) Models(int count)
    {
        Checkpoint[] models = [.. Enumerable.Range(0, count).Select(model => _sandbox.Model($"m{model}", [.. Layers.Select((layer, index) => (layer.Name, layer.Shape, TestModel.Numbers((100 * model) + index, Count(layer.Shape))))]))];
        Checkpoint[] fishers = [.. models.Select((model, number) => Statistics($"f{number}", model, (layer, size) => [.. TestModel.Numbers(5000 + (100 * number) + layer, size).Select(value => value * value * (number + 1))]))];
        return (models, fishers);
    }

    private Checkpoint Statistics(string name, Checkpoint model, Func<int, int, double> value) => Statistics(name, model, (layer, count) => [.. Enumerable.Repeat(value(layer, count), count)]);

    private Checkpoint Statistics(string name, Checkpoint model, Func<int, int, double[]> values) =>
        _sandbox.Statistics(name, StatisticsKind.Fisher, model, [.. Layers.Select((layer, index) => (layer.Name, layer.Shape, values(index, Count(layer.Shape))))]);

    private static int Count(long[] shape) => (int)new TensorShape(shape).ElementCount;
}
