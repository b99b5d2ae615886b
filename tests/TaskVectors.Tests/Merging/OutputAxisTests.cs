using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Which way weights are stored changes nothing: GPT-2's [in, out] and kernels of HWIO are merged as their transposes are.</summary>
public sealed class OutputAxisTests : IDisposable
{
    private const int Tasks = 3;

    // As GPT-2 stores and names them, and the same weights as linear layers.
    private static readonly (string Gpt2, string Linear, int Inputs, int Outputs)[] Weights =
    [
        ("h.0.attn.c_attn.weight", "h.0.attn.qkv.weight", 8, 24), ("h.0.attn.c_proj.weight", "h.0.attn.out.weight", 8, 8),
        ("h.0.mlp.c_fc.weight", "h.0.mlp.up.weight", 8, 32), ("h.0.mlp.c_proj.weight", "h.0.mlp.down.weight", 32, 8),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("decomposed", "null_test", "off")]
    [InlineData("decomposed", "cut", "0.5")]
    [InlineData("wudi", "solver", "exact")]
    [InlineData("wudi", "iterations", "20")]
    [InlineData("knots", "density", "0.5")]
    [InlineData("knots", "density", "1")]
    [InlineData("tsvm", "alpha", "0.7")]
    [InlineData("iso_c", "alpha", "0.7")]
    public async Task Weights_of_gpt2_are_merged_as_linear_layers_are(string method, string parameter, string value)
    {
        Checkpoint gpt2 = await Merge(method, Write(isGpt2: true), "gpt2", new MergeSetting(parameter, value));
        Checkpoint linear = await Merge(method, Write(isGpt2: false), "linear", new MergeSetting(parameter, value));
        foreach ((string stored, string turned, int inputs, int outputs) in Weights)
        {
            double[] expected = Transpose(TestModel.Values(linear, turned), outputs, inputs);
            MatrixTasks.RequireClose(expected, TestModel.Values(gpt2, stored));
            MatrixTasks.RequireClose(TestModel.Values(linear, BiasOf(turned)), TestModel.Values(gpt2, BiasOf(stored)));
        }

        MatrixTasks.RequireClose(TestModel.Values(linear, "wte.weight"), TestModel.Values(gpt2, "wte.weight"));
    }

    [Fact]
    public async Task The_axis_can_be_chosen()
    {
        Checkpoint[] models = Write(isGpt2: true);
        Checkpoint known = await Merged("auto");
        Checkpoint last = await Merged("last");
        Checkpoint first = await Merged("first");
        Assert.All(Weights, weight => Assert.Equal(TestModel.Values(known, weight.Gpt2), TestModel.Values(last, weight.Gpt2)));
        Assert.All(Weights, weight => Assert.NotEqual(TestModel.Values(known, weight.Gpt2), TestModel.Values(first, weight.Gpt2)));

        Task<Checkpoint> Merged(string axis) => Merge("decomposed", models, axis, new("rank", "rank:3"), new("cut", "0.4"), new("null_test", "off"), new("output_axis", axis));
    }

    [Theory]
    [InlineData("decomposed", "cut", "0.5")]
    [InlineData("iso_c", "alpha", "0.7")]
    [InlineData("tsvm", "alpha", "0.7")]
    [InlineData("tsvc", "rank_fraction", "0.5")]
    public async Task Kernels_of_hwio_are_merged_as_those_of_oihw(string method, string parameter, string value)
    {
        int tasks = method == "tsvc" ? 1 : Tasks;
        Checkpoint hwio = await Merge(method, WriteKernels(isHwio: true)[..(tasks + 1)], "hwio", new MergeSetting(parameter, value));
        Checkpoint oihw = await Merge(method, WriteKernels(isHwio: false)[..(tasks + 1)], "oihw", new MergeSetting(parameter, value));
        MatrixTasks.RequireClose(ToHwio(TestModel.Values(oihw, "conv.kernel")), TestModel.Values(hwio, "conv.kernel"));
    }

    [Fact]
    public async Task A_decomposition_of_gpt2_compares_outputs_and_says_that_it_knows_them()
    {
        DecompositionReport gpt2 = await Decompose(Write(isGpt2: true), "gpt2");
        DecompositionReport linear = await Decompose(Write(isGpt2: false), "linear");
        Assert.Equal("last", gpt2.OutputAxis);
        Assert.Equal("first", linear.OutputAxis);
        Assert.Contains(gpt2.Notes, note => note.Contains("--output-axis first", StringComparison.Ordinal));
        Assert.Empty(linear.Notes);
        Assert.All(Weights, weight => Assert.Equal(SharedBy(linear, weight.Linear), SharedBy(gpt2, weight.Gpt2)));
        Assert.Contains(gpt2.Tensors, tensor => tensor.SharedDimension > 0);
    }

    private static int SharedBy(DecompositionReport report, string weight) => report.Tensors.Single(tensor => tensor.Name == weight).SharedDimension;

    private static string BiasOf(string weight) => weight.Replace(".weight", ".bias", StringComparison.Ordinal);

    private static double[] Transpose(double[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(index => values[(index % rows * columns) + (index / rows)])];

    private static double[] ToHwio(double[] oihw)
    {
        double[] hwio = new double[oihw.Length];
        for (int index = 0; index < hwio.Length; index++)
        {
            (int output, int input, int row, int column) = (index / 12, index / 4 % 3, index / 2 % 2, index % 2);
            hwio[(((((row * 2) + column) * 3) + input) * 6) + output] = oihw[index];
        }

        return hwio;
    }

    private async Task<Checkpoint> Merge(string method, Checkpoint[] models, string output, params MergeSetting[] settings)
    {
        TaskVector merged = MergeMethods.Find(method).Merge([.. models[1..].Select(model => model - models[0])], settings);
        string path = _folder[$"{output}.safetensors"];
        _ = await (models[0] + merged).SaveAsync(path, EditOptions.Default with { OutputDType = DType.F64, LinearAlgebra = LinearAlgebraChoice.Managed });
        return Checkpoint.Open(path);
    }

    private Task<DecompositionReport> Decompose(Checkpoint[] models, string output)
    {
        DecompositionInput[] inputs = [.. models.Select((model, index) => new DecompositionInput(index == 0 ? "base" : $"task{index}", model.Base, IsVector: false))];
        DecompositionOptions options = DecompositionOptions.Default with { Subspace = DecompositionOptions.Default.Subspace with { Cut = 0.5, NullTest = false } };
        return DecompositionRunner.RunAsync(DecompositionPlanner.Plan(inputs[0], inputs[1..], new OutputTarget(_folder[output + "-parts"]), options));
    }

    private Checkpoint[] Write(bool isGpt2) => [.. Enumerable.Range(0, Tasks + 1).Select(task =>
    {
        List<(TensorInfo, ReadOnlyMemory<byte>)> tensors = [Table(task)];
        foreach ((string stored, string turned, int inputs, int outputs) in Weights)
        {
            double[] values = Tuned(inputs + outputs, outputs * inputs, task);
            tensors.Add(isGpt2 ? Tensor(stored, Transpose(values, outputs, inputs), inputs, outputs) : Tensor(turned, values, outputs, inputs));
            tensors.Add(Tensor(BiasOf(isGpt2 ? stored : turned), Tuned(50 + outputs, outputs, task), outputs));
        }

        return Save($"{(isGpt2 ? "gpt2" : "linear")}-{task}", tensors);
    })];

    private Checkpoint[] WriteKernels(bool isHwio) => [.. Enumerable.Range(0, Tasks + 1).Select(task =>
    {
        double[] values = Tuned(5, 6 * 3 * 2 * 2, task);
        return isHwio
            ? Save($"hwio-{task}", [Tensor("conv.kernel", ToHwio(values), 2, 2, 3, 6)], new Dictionary<string, string> { ["layout"] = "HWIO" })
            : Save($"oihw-{task}", [Tensor("conv.kernel", values, 6, 3, 2, 2)]);
    })];

    private static (TensorInfo, ReadOnlyMemory<byte>) Table(int task) => Tensor("wte.weight", Tuned(9, 20 * 8, task), 20, 8);

    private static double[] Tuned(int seed, int count, int task)
    {
        double[] moved = task == 0 ? new double[count] : TestModel.Numbers(seed + (1000 * task), count, 0.1);
        return [.. TestModel.Numbers(seed, count).Zip(moved, (value, move) => value + move)];
    }

    private static (TensorInfo, ReadOnlyMemory<byte>) Tensor(string name, double[] values, params long[] shape) =>
        (new TensorInfo(name, DType.F64, new TensorShape(shape)), TestModel.Encode(DType.F64, values));

    private Checkpoint Save(string name, List<(TensorInfo, ReadOnlyMemory<byte>)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string path = _folder[name + ".safetensors"];
        SafetensorsFile.Write(path, tensors, metadata);
        return Checkpoint.Open(path);
    }
}
