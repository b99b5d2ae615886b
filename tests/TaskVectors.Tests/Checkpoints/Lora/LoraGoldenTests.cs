using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>Merged weights against peft 0.21.2.</summary>
public class LoraGoldenTests
{
    /// <summary>The reference's own rounding in float64; values are of the order of 1.</summary>
    private const double Tolerance64 = 1e-12;

    /// <summary>The reference adds the parts up in float32, which is good to about 1e-7.</summary>
    private const double Tolerance32 = 1e-6;

    public static TheoryData<string> Adapters =>
        [.. LoraCase.All.Values.Where(golden => golden.Expect == "accept" && golden.Adapters.Count == 0 && golden.Name != "llama-bin").Select(golden => golden.Name)];

    public static TheoryData<string> Combinations => [.. LoraCase.All.Values.Where(golden => golden.Adapters.Count > 0).Select(golden => golden.Name)];

    /// <summary>What is wrong with each adapter that must be refused.</summary>
    public static TheoryData<string, LoraError> BadAdapters => new()
    {
        { "bad/rank-mismatch", LoraError.RankMismatch },
        { "bad/rank-config", LoraError.RankMismatch },
        { "bad/missing-b", LoraError.MissingFactor },
        { "bad/missing-a", LoraError.MissingFactor },
        { "bad/base-shape", LoraError.ShapeMismatch },
        { "bad/target-absent", LoraError.TargetNotFound },
        { "bad/target-unknown", LoraError.TargetMismatch },
        { "bad/peft-type-unknown", LoraError.UnsupportedType },
        { "bad/peft-type-other", LoraError.UnsupportedType },
        { "bad/peft-type-missing", LoraError.InvalidConfig },
        { "bad/alpha-missing", LoraError.InvalidConfig },
        { "bad/r-missing", LoraError.InvalidConfig },
        { "bad/alpha-string", LoraError.InvalidConfig },
        { "bad/alpha-nan", LoraError.InvalidConfig },
        { "bad/r-zero", LoraError.InvalidConfig },
        { "bad/r-negative", LoraError.InvalidConfig },
        { "bad/nan-factor", LoraError.NotFinite },
        { "bad/int-factor", LoraError.UnsupportedDataType },
        { "bad/extra-tensor", LoraError.UnknownTensor },
        { "bad/rank3-factor", LoraError.ShapeMismatch },
        { "bad/config-missing", LoraError.MissingConfig },
        { "bad/weights-missing", LoraError.MissingWeights },
        { "bad/config-not-json", LoraError.InvalidConfig },
        { "bad/empty-adapter", LoraError.NoTensors },
        { "bad/pattern-regex-invalid", LoraError.InvalidConfig },
        { "bad/wrong-model", LoraError.TargetNotFound },
        { "bad/megatron-key", LoraError.UnsupportedFeature },
        { "bad/dora-vector-missing", LoraError.MissingMagnitude },
    };

    [Theory]
    [MemberData(nameof(Adapters))]
    public void The_base_plus_the_bound_adapter_is_the_merged_model(string name)
    {
        LoraCase golden = LoraCase.All[name];
        CheckpointSource pretrained = golden.OpenBase();
        CheckpointSource merged = golden.OpenMerged("f64");
        CheckpointSource changes = ((IBindableTaskVector)CheckpointFormats.Open(golden.AdapterFolder)).Bind(pretrained);

        Assert.Subset(changes.Tensors.Select(tensor => tensor.Name).ToHashSet(), golden.Changed.ToHashSet());
        foreach (TensorInfo tensor in changes.Tensors)
        {
            double[] change = LoraCase.Values(changes, tensor.Name);
            if (!golden.Changed.Contains(tensor.Name))
            {
                Assert.All(change, value => Assert.Equal(0, value));
                continue;
            }

            double[] sum = [.. LoraCase.Values(pretrained, tensor.Name).Zip(change, (left, right) => left + right)];
            Assert.InRange(LoraCase.Distance(sum, LoraCase.Values(merged, tensor.Name)), 0, Tolerance64);
        }
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public async Task Saving_model_plus_adapter_writes_the_merged_model(string name)
    {
        LoraCase golden = LoraCase.All[name];
        using var folder = new TemporaryFolder();
        string output = folder["merged.safetensors"];

        _ = await Checkpoint.Open($"{golden.BaseFolder}+{golden.AdapterFolder}").SaveAsync(output);

        CheckpointSource pretrained = golden.OpenBase();
        CheckpointSource merged = golden.OpenMerged("f32");
        CheckpointSource written = CheckpointFormats.Open(output);
        Assert.Equal(pretrained.Tensors.Count, written.Tensors.Count);
        foreach (TensorInfo tensor in written.Tensors)
        {
            bool changed = golden.Changed.Contains(tensor.Name);
            double[] expected = LoraCase.Values(changed ? merged : pretrained, tensor.Name);
            Assert.InRange(LoraCase.Distance(LoraCase.Values(written, tensor.Name), expected), 0, changed ? Tolerance32 : 0);
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Concatenated_factors_are_the_weighted_sum_of_adapters(string name)
    {
        LoraCase golden = LoraCase.All[name];
        LoraSource[] adapters = [.. golden.Adapters.Select(adapter => (LoraSource)CheckpointFormats.Open(Path.Combine(LoraCase.Root, adapter)))];
        CheckpointSource pretrained = golden.OpenBase();
        CheckpointSource merged = golden.OpenMerged("f64");
        foreach (TensorInfo tensor in adapters[0].Tensors)
        {
            LowRankFactors sum = adapters.Zip(golden.Weights, (adapter, weight) => weight * FactorsOf(adapter, tensor.Name)).Aggregate((left, right) => left + right);
            double[] adapted = [.. LoraCase.Values(pretrained, tensor.Name).Zip(sum.ToDense(), (left, right) => left + right)];

            Assert.Equal(9, sum.Rank);
            Assert.InRange(LoraCase.Distance(adapted, LoraCase.Values(merged, tensor.Name)), 0, Tolerance64);
        }
    }

    [Fact]
    public async Task An_expression_of_several_adapters_is_their_exact_weighted_sum()
    {
        LoraCase golden = LoraCase.All["combine/cat"];
        using var folder = new TemporaryFolder();
        Checkpoint pretrained = Checkpoint.Open(golden.BaseFolder);
        TaskVector sum = golden.Adapters
            .Zip(golden.Weights, (adapter, weight) => weight * TaskVector.Open(Path.Combine(LoraCase.Root, adapter)))
            .Aggregate((left, right) => left + right);

        _ = await (pretrained + sum).SaveAsync(folder["sum.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });

        CheckpointSource written = CheckpointFormats.Open(folder["sum.safetensors"]);
        CheckpointSource exact = CheckpointFormats.Open(Path.Combine(LoraCase.Root, "combine", "exact-sum.f64.safetensors"));
        foreach (TensorInfo tensor in exact.Tensors)
        {
            Assert.InRange(LoraCase.Distance(LoraCase.Values(written, tensor.Name), LoraCase.Values(exact, tensor.Name)), 0, Tolerance64);
        }
    }

    [Theory]
    [MemberData(nameof(BadAdapters))]
    public void A_bad_adapter_is_refused(string name, LoraError expected)
    {
        LoraCase golden = LoraCase.All[name];

        LoraException error = Assert.Throws<LoraException>(() => ReadAll(golden));

        Assert.Equal(expected, error.Error);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
        Assert.StartsWith(golden.AdapterFolder, error.File);
        Assert.Contains(error.File!, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("lora.", error.Kind);
    }

    [Fact]
    public void Every_bad_adapter_of_the_manifest_is_tested()
    {
        IEnumerable<string> bad = LoraCase.All.Keys.Where(name => name.StartsWith("bad/", StringComparison.Ordinal));

        Assert.Equal(bad.Order(), BadAdapters.Select(row => (string)row[0]).Append("bad/weights-truncated").Order());
    }

    [Fact]
    public void Truncated_weights_are_refused_by_the_reader_of_their_format()
    {
        TaskVectorsException error = Assert.ThrowsAny<TaskVectorsException>(() => ReadAll(LoraCase.All["bad/weights-truncated"]));

        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Fact]
    public void Pickled_weights_are_refused_with_the_way_out()
    {
        LoraException error = Assert.Throws<LoraException>(() => CheckpointFormats.Open(LoraCase.All["llama-bin"].AdapterFolder));

        Assert.Equal(LoraError.UnsupportedWeights, error.Error);
        Assert.Contains("safe_serialization", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kohya-linear", "kohya")]
    [InlineData("kohya-no-alpha", "kohya")]
    [InlineData("diffusers-peft", "lora_A")]
    [InlineData("diffusers-new", "diffusers")]
    [InlineData("diffusers-old-processor", "old diffusers")]
    public void Other_layouts_are_refused_by_name(string name, string layout)
    {
        LoraException error = Assert.Throws<LoraException>(() => CheckpointFormats.Open(Path.Combine(LoraCase.Root, "layouts", name, "lora.safetensors")));

        Assert.Equal(LoraError.UnsupportedLayout, error.Error);
        Assert.Contains(layout, error.Message, StringComparison.Ordinal);
        Assert.Contains("adapter_config.json", error.Message, StringComparison.Ordinal);
    }

    private static LowRankFactors FactorsOf(LoraSource adapter, string tensor)
    {
        Assert.True(adapter.TryGetFactors(tensor, out LowRankFactors? factors));
        return factors;
    }

    private static void ReadAll(LoraCase golden)
    {
        CheckpointSource bound = ((IBindableTaskVector)CheckpointFormats.Open(golden.AdapterFolder)).Bind(golden.OpenBase());
        foreach (TensorInfo tensor in bound.Tensors)
        {
            _ = LoraCase.Values(bound, tensor.Name);
        }
    }
}
