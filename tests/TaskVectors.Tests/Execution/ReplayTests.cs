using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;
using TaskVectors.Tests.Checkpoints.Lora;

namespace TaskVectors.Tests.Execution;

/// <summary>An output is made again from its manifest, byte for byte, or the reason why not is given.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();
    private readonly Checkpoint _pretrained;
    private readonly Checkpoint _finetuned;
    private readonly Checkpoint _other;

    public ReplayTests()
    {
        _pretrained = Model("base", 1);
        _finetuned = Model("finetuned", 2);
        _other = Model("other", 3);
    }

    public static TheoryData<string> Edits =>
        ["plain", "filter", "patterns", "quoted pattern", "stochastic", "weighted", "sharded", "metadata", "dtype", "sum of zero", "cancelled base", "expression"];

    public static TheoryData<string> Vectors => ["difference", "filtered", "restricted", "scaled", "combined", "stored", "bf16"];

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task A_checkpoint_is_made_again_byte_for_byte(string name)
    {
        TaskVector vector = _finetuned - _pretrained;
        (Checkpoint edited, EditOptions options) = name switch
        {
            "filter" => (_pretrained + (0.3 * vector), EditOptions.Default with { Filter = new TensorFilter(["layers"], ["*.1.*"]) }),
            "patterns" => (_pretrained + (0.3 * vector.Scale(("mlp", 0.5), ("*.attention.*", -2))), EditOptions.Default),
            "quoted pattern" => (_pretrained + (0.3 * vector.Scale(("odd\"\\", 0.5))), EditOptions.Default),
            "stochastic" => (_pretrained + (0.01 * vector), EditOptions.Default with { Rounding = Rounding.Stochastic, Seed = ulong.MaxValue }),
            "weighted" => (Checkpoint.WeightedSum((0.1, _other), (1.7, _pretrained)), EditOptions.Default),
            "sharded" => (_pretrained + (0.3 * vector), EditOptions.Default with { ShardSize = 3_000, Digest = DigestAlgorithm.Sha256 }),
            "metadata" => (_pretrained + (0.3 * vector), EditOptions.Default with { Metadata = EditOptions.Default.Metadata.Add("author", "\"me\"\n") }),
            "dtype" => (_pretrained + (1.0 / 3 * vector), EditOptions.Default with { OutputDType = DType.F8_E4M3 }),
            "sum of zero" => (Checkpoint.WeightedSum((0.5, _other), (-0.5, _pretrained)), EditOptions.Default),
            "cancelled base" => (_pretrained + (0.5 * vector) + (0.5 * (_other - _pretrained)), EditOptions.Default),
            "expression" => (_pretrained + (0.25 * vector), EditOptions.Default with { Expression = "base + 0.25*(finetuned - base)" }),
            _ => (_pretrained + (0.3 * vector) - (0.7 * (_other - _pretrained)), EditOptions.Default),
        };
        Manifest recorded = await edited.SaveAsync(_sandbox["out"], options);
        await RequireSame(recorded, "out", "again");
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task A_task_vector_is_made_again_byte_for_byte(string name)
    {
        TaskVector difference = _finetuned - _pretrained;
        _ = await difference.SaveAsync(_sandbox["stored.safetensors"]);
        TaskVector stored = TaskVector.Open(_sandbox["stored.safetensors"]);
        (TaskVector vector, EditOptions options) = name switch
        {
            "filtered" => (difference, EditOptions.Default with { Filter = new TensorFilter(["mlp"], []) }),
            "restricted" => (difference.RestrictTo(new TensorFilter([], ["mlp"])), EditOptions.Default),
            "scaled" => (difference.Scale(("mlp", 0.25)), EditOptions.Default),
            "combined" => ((0.5 * difference) - (2 * (_other - _pretrained)), EditOptions.Default),
            "stored" => (stored - (0.1 * (_other - _pretrained)), EditOptions.Default),
            "bf16" => (-difference, EditOptions.Default with { OutputDType = DType.BF16 }),
            _ => (difference, EditOptions.Default),
        };
        Manifest recorded = await vector.SaveAsync(_sandbox["v.safetensors"], options);
        await RequireSame(recorded, "v.safetensors", "again/v.safetensors");
    }

    [Theory]
    [InlineData("llama-plain")]
    [InlineData("llama-dora")]
    public async Task An_edit_with_an_adapter_is_made_again_byte_for_byte(string name)
    {
        LoraCase golden = LoraCase.All[name];
        Checkpoint edited = Checkpoint.Open(golden.BaseFolder) + (0.5 * TaskVector.Open(golden.AdapterFolder));
        Manifest recorded = await edited.SaveAsync(_sandbox["out"]);
        await RequireSame(recorded, "out", "again");
    }

    [Fact]
    public async Task A_model_whose_sampled_weights_changed_is_an_error_before_anything_is_written()
    {
        _ = await (_pretrained + (0.3 * (_finetuned - _pretrained))).SaveAsync(_sandbox["out"]);
        _ = Model("finetuned", 9);
        EditException error = await _sandbox.RequireUntouched<EditException>(() => Replay("again"));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
        Assert.Equal(_sandbox["finetuned.safetensors"], error.File);
    }

    [Fact]
    public async Task A_model_that_has_other_tensors_now_has_changed_and_does_not_lack_them()
    {
        _ = await (_pretrained + (0.3 * (_finetuned - _pretrained))).SaveAsync(_sandbox["out"]);
        _ = _sandbox.Model("finetuned", ("x", DType.F32, [1]));
        EditException error = await _sandbox.RequireUntouched<EditException>(() => Replay("again"));
        Assert.Equal(EditError.InputChanged, error.Error);
    }

    [Fact]
    public async Task A_change_that_the_fingerprint_does_not_sample_is_found_before_the_output_appears()
    {
        _ = await (_pretrained + (0.3 * (_finetuned - _pretrained))).SaveAsync(_sandbox["out"]);
        long start = SafetensorsHeader.Read(_sandbox["finetuned.safetensors"]).Tensors
            .Single(placed => placed.Tensor.Name == "layers.0.mlp.weight").Offset;
        using (FileStream stream = File.OpenWrite(_sandbox["finetuned.safetensors"]))
        {
            stream.Position = start + 2_000;
            stream.Write(TestModel.Encode(DType.BF16, [7]).Span);
        }

        EditException error = await Assert.ThrowsAsync<EditException>(() => Replay("again"));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.Equal("layers.0.mlp.weight", error.Tensor);
        Assert.False(Path.Exists(_sandbox["again"]));
    }

    [Fact]
    public async Task A_model_that_is_gone_is_bad_input()
    {
        _ = await (_pretrained + (0.3 * (_finetuned - _pretrained))).SaveAsync(_sandbox["out"]);
        File.Delete(_sandbox["finetuned.safetensors"]);
        TaskVectorsException error = await Assert.ThrowsAnyAsync<TaskVectorsException>(() => Replay("again"));
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    private Checkpoint Model(string name, int seed) => _sandbox.Model(
        name,
        ("layers.0.mlp.weight", DType.BF16, TestModel.Numbers(seed, 5_000)),
        ("layers.0.attention.weight", DType.BF16, TestModel.Numbers(seed + 10, 700)),
        ("layers.1.mlp.weight", DType.BF16, TestModel.Numbers(seed + 20, 300)),
        ("odd\"\\", DType.BF16, TestModel.Numbers(seed + 30, 30)));

    private Task<Manifest> Replay(string output) =>
        EditExecutor.RunAsync(ManifestReplay.Plan(_sandbox["out"], new OutputTarget(_sandbox[output]), EditOptions.Default));

    private async Task RequireSame(Manifest recorded, string output, string again)
    {
        EditPlan plan = ManifestReplay.Plan(_sandbox[output], new OutputTarget(_sandbox[again]), EditOptions.Default with { Threads = 3 });
        Manifest remade = await EditExecutor.RunAsync(plan);
        Assert.Empty(ManifestReplay.Compare(recorded, remade));
        Assert.Equal(recorded.Files.ToArray(), remade.Files.ToArray());
        foreach (ManifestFile file in recorded.Files)
        {
            string Locate(string root) => Directory.Exists(_sandbox[root]) ? Path.Combine(_sandbox[root], file.Path) : _sandbox[root];
            Assert.Equal(await File.ReadAllBytesAsync(Locate(output)), await File.ReadAllBytesAsync(Locate(again)));
        }
    }
}
