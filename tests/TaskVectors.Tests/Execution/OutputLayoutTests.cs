using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Which files an edit writes, and what shapes and numbers of tensors it takes.</summary>
public sealed class OutputLayoutTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Shards_are_filled_in_canonical_order_and_indexed_and_a_larger_tensor_has_its_own()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("d", DType.F32, Numbers(1, 10)), ("b", DType.F32, Numbers(2, 500)), ("c", DType.F32, Numbers(3, 20)), ("a", DType.F32, Numbers(4, 20)));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("d", DType.F32, Numbers(5, 10)), ("b", DType.F32, Numbers(6, 500)), ("c", DType.F32, Numbers(7, 20)), ("a", DType.F32, Numbers(8, 20)));
        Checkpoint edited = pretrained + (0.5 * (finetuned - pretrained));
        Manifest manifest = await edited.SaveAsync(_sandbox["out"], EditOptions.Default with { ShardSize = 160 });

        using JsonDocument index = JsonDocument.Parse(await File.ReadAllBytesAsync(_sandbox["out/model.safetensors.index.json"]));
        var map = index.RootElement.GetProperty("weight_map").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString());
        Assert.Equal("model-00001-of-00003.safetensors", map["a"]);
        Assert.Equal("model-00002-of-00003.safetensors", map["b"]);
        Assert.Equal("model-00003-of-00003.safetensors", map["c"]);
        Assert.Equal("model-00003-of-00003.safetensors", map["d"]);
        Assert.Equal(4 * 550, index.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal(4, manifest.Files.Length);

        Checkpoint whole = await _sandbox.Save(edited, "whole");
        foreach (TensorInfo tensor in pretrained.Tensors)
        {
            Assert.Equal(TestModel.Bytes(whole, tensor.Name), TestModel.Bytes(Checkpoint.Open(_sandbox["out"]), tensor.Name));
        }
    }

    [Fact]
    public async Task A_single_file_is_not_sharded()
    {
        Checkpoint model = _sandbox.Model("base", ("a", DType.F32, Numbers(1, 100)), ("b", DType.F32, Numbers(2, 100)));
        Checkpoint written = await _sandbox.Save(model, "out.safetensors", EditOptions.Default with { ShardSize = 1 });
        Assert.Equal(2, written.Tensors.Count);
    }

    [Fact]
    public async Task Scalars_and_tensors_without_elements_pass_through_an_edit()
    {
        (TensorInfo, byte[])[] Tensors(double value) =>
        [
            (new TensorInfo("scalar", DType.F32, new TensorShape()), TestModel.Encode(DType.F32, [value]).ToArray()),
            (new TensorInfo("empty", DType.F32, new TensorShape(3, 0, 2)), []),
            (new TensorInfo("empty.integers", DType.I64, new TensorShape(0)), []),
            (new TensorInfo("matrix", DType.F32, new TensorShape(1, 2)), TestModel.Encode(DType.F32, [value, -value]).ToArray()),
        ];
        Checkpoint pretrained = _sandbox.Raw("base", Tensors(1));
        Checkpoint finetuned = _sandbox.Raw("finetuned", Tensors(3));
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (finetuned - pretrained)));
        Assert.Equal([2], TestModel.Values(written, "scalar"));
        Assert.Equal([2, -2], TestModel.Values(written, "matrix"));
        Assert.True(written.Base.TryGetTensor("empty", out TensorInfo? empty));
        Assert.Equal(new TensorShape(3, 0, 2), empty.Shape);
        Assert.True(written.Base.TryGetTensor("scalar", out TensorInfo? scalar));
        Assert.Equal(0, scalar.Shape.Rank);
        Assert.True(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public async Task A_checkpoint_without_tensors_is_edited_to_one_without_tensors()
    {
        Checkpoint pretrained = _sandbox.Model("base");
        Checkpoint finetuned = _sandbox.Model("finetuned");
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (finetuned - pretrained)).Scale((NamePattern.Everything, 0.5)));
        Assert.Empty(written.Tensors);
        Assert.True(OutputVerifier.Verify(_sandbox["out"]).IsGood);
    }

    [Fact]
    public async Task Five_thousand_small_tensors_are_edited_and_counted()
    {
        const int Count = 5_000;
        Checkpoint pretrained = _sandbox.Model("base", Many(Count, 1));
        Checkpoint finetuned = _sandbox.Model("finetuned", Many(Count, 3));
        Manifest manifest = await (pretrained + (0.5 * (finetuned - pretrained))).SaveAsync(_sandbox["out"], EditOptions.Default with { ShardSize = 10_000 });
        Checkpoint written = Checkpoint.Open(_sandbox["out"]);
        Assert.Equal(Count, written.Tensors.Count);
        Assert.Equal(Count, manifest.Tensors.Length);
        Assert.Equal([2, 2 * 4_321], TestModel.Values(written, "t.4321"));
        VerificationReport report = OutputVerifier.Verify(_sandbox["out"]);
        Assert.True(report.IsGood);
        Assert.Equal(Count, report.TensorsChecked);
    }

    [Fact]
    public void A_model_of_fifty_thousand_tensors_and_a_filter_is_planned()
    {
        const int Count = 50_000;
        Checkpoint pretrained = _sandbox.Model("base", Many(Count, 1));
        Checkpoint finetuned = _sandbox.Model("finetuned", Many(Count, 3));
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter(["t"], ["*.17"]), ShardSize = 100_000 };
        EditPlan plan = EditPlanner.Plan(pretrained + (0.5 * (finetuned - pretrained)), new OutputTarget(_sandbox["out"]), options);
        Assert.Equal(Count, plan.Tensors.Count);
        Assert.Equal(Count - 1, plan.Tensors.Count(tensor => tensor.Operation == TensorOperation.Linear));
        Assert.Equal(4, plan.Files.Count);
    }

    [Fact]
    public void The_peak_of_the_buffers_stays_in_the_budget_for_any_number_of_models()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, [1]));
        Checkpoint edited = Enumerable.Range(0, 60).Select(index => _sandbox.Model($"m{index}", ("w", DType.F32, [2])))
            .Aggregate(pretrained, (sum, model) => sum + (0.01 * (model - pretrained)));
        EditPlan plan = EditPlanner.Plan(edited, new OutputTarget(_sandbox["out"]), EditOptions.Default with { Memory = EditOptions.MinimumMemory, Threads = 64 });
        Assert.InRange(plan.PeakBufferBytes, 1, EditOptions.MinimumMemory);
    }

    private static double[] Numbers(int seed, int count) => TestModel.Numbers(seed, count);

    private static (string Name, DType DType, double[] Values)[] Many(int count, double value) =>
        [.. Enumerable.Range(0, count).Select(index => ($"t.{index}", DType.F32, new[] { value, value * index }))];
}
