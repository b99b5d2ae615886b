using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Merges of models in 16 bits: summed like edits, or merged in F32 from the bytes that lanes read.</summary>
public sealed class FusedMergeTests : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Layers =
    [
        ("embed.weight", [301, 130]), ("layer.weight", [70, 257]), ("layer.bias", [257]), ("conv.weight", [6, 5, 4, 3]), ("scale", []),
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, DType> Methods
    {
        get
        {
            var data = new TheoryData<string, string, DType>();
            foreach (DType dtype in new[] { DType.BF16, DType.F16, DType.F8_E4M3 })
            {
                data.Add("breadcrumbs", "density=0.8 gamma=0.05", dtype);
                data.Add("breadcrumbs_ties", "density=0.8 gamma=0.05 rescale=true", dtype);
                data.Add("dare_linear", "density=0.6 variant=paper", dtype);
                data.Add("dare_ties", "density=0.6", dtype);
                data.Add("della", "density=0.5 epsilon=0.2", dtype);
                data.Add("linear", "weight=0.4", dtype);
                data.Add("multislerp", "weight=1", dtype);
                data.Add("task_arithmetic", "weight=0.3", dtype);
                data.Add("arcee_fusion", "", dtype);
                data.Add("consensus", "", dtype);
                data.Add("karcher", "", dtype);
                data.Add("magmax", "lambda=0.7", dtype);
                data.Add("model_stock", "", dtype);
                data.Add("nearswap", "t=0.1", dtype);
                data.Add("pcb", "ratio=0.3", dtype);
                data.Add("ram", "", dtype);
                data.Add("ramplus_tl", "", dtype);
                data.Add("sce", "select_topk=0.3", dtype);
                data.Add("ties", "density=0.3", dtype);
                data.Add("ties", "density=0.3 variant=peft", dtype);
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    // The values of a merge that is not written come from blocks of F64. Rounding first to F32 can move a result by a unit in the last place where it lies
    // near the middle between two; where equal or nearly equal magnitudes meet at a threshold, another may be kept.
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_merge_that_is_written_agrees_with_its_values_in_double_precision(string method, string settings, DType dtype)
    {
        Checkpoint merge = Merge(method, settings, dtype);
        string path = _folder["out.safetensors"];
        _ = await merge.SaveAsync(path, EditOptions.Default);
        using var values = CheckpointValues.Open(merge);
        foreach ((string name, long[] shape) in Layers)
        {
            float[] expected = new float[new TensorShape(shape).ElementCount];
            values.Read(name, expected);
            double[] written = TestModel.Values(Checkpoint.Open(path), name);
            int different = expected.Zip(written).Count(pair => pair.First != pair.Second);
            Assert.InRange(different, 0, (expected.Length / 100) + 1);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Threads_and_memory_do_not_change_a_byte(string method, string settings, DType dtype)
    {
        Checkpoint merge = Merge(method, settings, dtype);
        var saved = new List<byte[]>();
        foreach ((int threads, long memory) in new[] { (1, 1L << 30), (2, 64L << 20), (7, 256L << 20) })
        {
            string path = _folder[$"{threads}.safetensors"];
            _ = await merge.SaveAsync(path, EditOptions.Default with { Threads = threads, Memory = memory });
            saved.Add([.. Layers.SelectMany(layer => TestModel.Bytes(Checkpoint.Open(path), layer.Name))]);
        }

        Assert.All(saved, bytes => Assert.Equal(saved[0], bytes));
    }

    [Fact]
    public async Task A_linear_merge_has_the_bytes_and_the_coefficients_of_the_edit_it_is()
    {
        Checkpoint[] models = [.. Enumerable.Range(1, 3).Select(model => Write($"m{model}", DType.BF16, model))];
        Checkpoint merge = MergeMethods.Find("linear").Compose(null, models, MergeCase.Parameters("weight[0]=0.5 weight[1]=0.25 weight[2]=0.25"));
        Manifest merged = await merge.SaveAsync(_folder["merged.safetensors"], EditOptions.Default);
        Checkpoint edit = models[0] + (0.25 * (models[1] - models[0])) + (0.25 * (models[2] - models[0]));
        _ = await edit.SaveAsync(_folder["edit.safetensors"], EditOptions.Default);
        Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(Checkpoint.Open(_folder["edit.safetensors"]), layer.Name), TestModel.Bytes(Checkpoint.Open(_folder["merged.safetensors"]), layer.Name)));
        Assert.All(merged.Tensors, tensor => Assert.Equal([0.25, 0.25, 0.5], tensor.Coefficients.Values.Order()));
        Assert.All(merged.Inputs, input => Assert.NotNull(input.Hash));
    }

    [Fact]
    public async Task A_model_taken_as_it_is_keeps_its_bytes()
    {
        Checkpoint model = Write("m1", DType.BF16, 1);
        Checkpoint merge = MergeMethods.Find("passthrough").Compose(null, [model], MergeCase.Parameters(""));
        Manifest manifest = await merge.SaveAsync(_folder["out.safetensors"], EditOptions.Default);
        Assert.All(manifest.Tensors, tensor => Assert.Equal("copy", tensor.Operation));
        Assert.All(Layers, layer => Assert.Equal(TestModel.Bytes(model, layer.Name), TestModel.Bytes(Checkpoint.Open(_folder["out.safetensors"]), layer.Name)));
    }

    private Checkpoint Merge(string method, string settings, DType dtype)
    {
        IMergeMethod found = MergeMethods.Find(method);
        int count = Math.Min(3, (found.MaximumVectors ?? 4) - (found.Base == BaseRole.First ? 1 : 0));
        Checkpoint[] models = [.. Enumerable.Range(1, count).Select(model => Write($"m{model}", dtype, model))];
        return found.Compose(method == "linear" ? null : Write("base", dtype, 0), models, MergeCase.Parameters(settings));
    }

    private Checkpoint Write(string name, DType dtype, int moved)
    {
        string path = _folder[name + ".safetensors"];
        SafetensorsFile.Write(path, Layers.Select((layer, index) =>
        {
            var shape = new TensorShape(layer.Shape);
            double[] values = TestModel.Numbers(300 + index, (int)shape.ElementCount);
            double[] change = TestModel.Numbers((7919 * moved) + index, values.Length, moved == 0 ? 0 : 0.3);
            return (new TensorInfo(layer.Name, dtype, shape), TestModel.Encode(dtype, [.. values.Zip(change, (left, right) => left + right)]));
        }));
        return Checkpoint.Open(path);
    }
}
