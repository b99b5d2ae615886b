using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Task vectors that are saved, opened and used in other edits.</summary>
public sealed class StoredTaskVectorTests : IDisposable
{
    private const int Elements = 10_000;

    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(DType.BF16, null, DType.F32)]
    [InlineData(DType.F32, null, DType.F32)]
    [InlineData(DType.F64, null, DType.F64)]
    [InlineData(DType.F32, DType.BF16, DType.BF16)]
    public async Task A_vector_is_stored_in_F32_or_wider_unless_asked(DType models, DType? asked, DType stored)
    {
        Checkpoint pretrained = Model("base", models, 1);
        Checkpoint finetuned = Model("finetuned", models, 2);
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"], EditOptions.Default with { OutputDType = asked });
        TaskVector vector = TaskVector.Open(_sandbox["v.safetensors"]);
        Assert.Equal(stored, Assert.Single(vector.Tensors).DType);
        double[] expected = [.. TestModel.Values(finetuned, "w").Zip(TestModel.Values(pretrained, "w"), (left, right) => left - right)];
        Assert.Equal(TestModel.Encode(stored, expected).ToArray(), TestModel.Bytes(Checkpoint.Open(_sandbox["v.safetensors"]), "w"));
    }

    [Fact]
    public async Task The_metadata_name_kind_base_fingerprint_hash_and_version()
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        Checkpoint finetuned = Model("finetuned", DType.F32, 2);
        Manifest manifest = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        IReadOnlyDictionary<string, string> metadata = TaskVector.Open(_sandbox["v.safetensors"]).Base.Metadata;
        Assert.Equal(TaskVectorMetadata.TaskVectorKind, metadata[TaskVectorMetadata.KindKey]);
        Assert.Equal("base", metadata[TaskVectorMetadata.BaseNameKey]);
        Assert.Equal(CheckpointFingerprint.Compute(pretrained.Base), metadata[TaskVectorMetadata.BaseFingerprintKey]);
        Assert.Equal(manifest.Inputs.Single(input => input.Name == "base").Hash, metadata[TaskVectorMetadata.BaseHashKey]);
        Assert.Equal(manifest.ToolVersion, metadata[TaskVectorMetadata.ToolVersionKey]);
        Assert.Equal("false", metadata[TaskVectorMetadata.PartialKey]);
        Assert.Equal(TaskVectorMetadata.TaskVectorKind, manifest.Kind);
    }

    [Fact]
    public async Task A_base_that_was_not_read_whole_leaves_no_hash()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [2]));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("a", DType.F32, [3]), ("b", DType.F32, [4]));
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"], EditOptions.Default with { Filter = new TensorFilter(["a"], []) });
        Assert.False(TaskVector.Open(_sandbox["v.safetensors"]).Base.Metadata.ContainsKey(TaskVectorMetadata.BaseHashKey));
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public async Task Difference_and_sum_give_back_the_finetuned_model(DType dtype)
    {
        // The difference is rounded to F32 once and the sum to the model's dtype once: exact for 16-bit models of like magnitude, and
        // within one unit in the last place of F32 models, where |v| is of the order of |w|.
        Checkpoint pretrained = Model("base", dtype, 1);
        Checkpoint finetuned = Model("finetuned", dtype, 2);
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        Checkpoint again = await _sandbox.Save(pretrained + TaskVector.Open(_sandbox["v.safetensors"]));
        double[] expected = TestModel.Values(finetuned, "w");
        double[] actual = TestModel.Values(again, "w");
        double[] origin = TestModel.Values(pretrained, "w");
        for (int index = 0; index < Elements; index++)
        {
            double scale = Math.Max(Math.Abs(expected[index]), Math.Abs(origin[index]));
            double tolerance = dtype == DType.F32 ? 2 * scale * Math.Pow(2, -24) : 0;
            Assert.Equal(expected[index], actual[index], tolerance);
        }
    }

    [Fact]
    public async Task Exact_differences_give_back_the_finetuned_model_bit_for_bit()
    {
        // Multiples of 2^-12 below 2: their differences are F32 numbers. Without minus zero, which no sum gives.
        double[] origin = [.. TestModel.Numbers(1, Elements).Select(value => (Math.Round(value * 4096) / 4096) + 0.0)];
        double[] target = [.. TestModel.Numbers(2, Elements).Select(value => (Math.Round(value * 4096) / 4096) + 0.0)];
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, origin));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("w", DType.F32, target));
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        Checkpoint again = await _sandbox.Save(pretrained + TaskVector.Open(_sandbox["v.safetensors"]));
        Assert.Equal(TestModel.Bytes(finetuned, "w"), TestModel.Bytes(again, "w"));
    }

    [Fact]
    public async Task A_vector_is_refused_on_another_base_and_on_any_base_when_asked()
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        Checkpoint finetuned = Model("finetuned", DType.F32, 2);
        Checkpoint other = Model("other", DType.F32, 3);
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        Checkpoint edited = other + TaskVector.Open(_sandbox["v.safetensors"]);
        EditException error = await _sandbox.RequirePlanError(EditError.BaseMismatch, ErrorCategory.Usage, edited);
        Assert.Contains("'base'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--any-base", error.Message, StringComparison.Ordinal);
        Assert.Equal(_sandbox["v.safetensors"], error.File);
        _ = await _sandbox.Save(edited, options: EditOptions.Default with { AnyBase = true });
    }

    [Fact]
    public async Task A_file_that_does_not_name_its_base_is_refused_too()
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        _ = Model("v", DType.F32, 2);
        EditException error = await _sandbox.RequirePlanError(EditError.BaseMismatch, ErrorCategory.Usage, pretrained + TaskVector.Open(_sandbox["v.safetensors"]));
        Assert.Contains("does not say", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_that_differs_only_where_the_fingerprint_does_not_look_is_refused_at_the_end()
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        Checkpoint finetuned = Model("finetuned", DType.F32, 2);
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        File.Copy(_sandbox["base.safetensors"], _sandbox["similar.safetensors"]);
        long start = SafetensorsHeader.Read(_sandbox["similar.safetensors"]).Tensors[0].Offset;
        using (FileStream stream = File.OpenWrite(_sandbox["similar.safetensors"]))
        {
            stream.Position = start + (4 * 2_000);
            stream.Write(TestModel.Encode(DType.F32, [42]).Span);
        }

        Checkpoint edited = Checkpoint.Open(_sandbox["similar.safetensors"]) + TaskVector.Open(_sandbox["v.safetensors"]);
        EditException error = await Assert.ThrowsAsync<EditException>(() => edited.SaveAsync(_sandbox["out"]));
        Assert.Equal(EditError.BaseMismatch, error.Error);
        Assert.False(Path.Exists(_sandbox["out"]));
        _ = await _sandbox.Save(edited, options: EditOptions.Default with { AnyBase = true, Resume = true });
    }

    [Fact]
    public async Task A_vector_of_vectors_keeps_the_common_base()
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        _ = await (Model("first", DType.F32, 2) - pretrained).SaveAsync(_sandbox["v1.safetensors"]);
        _ = await (Model("second", DType.F32, 3) - pretrained).SaveAsync(_sandbox["v2.safetensors"]);
        TaskVector both = (0.5 * TaskVector.Open(_sandbox["v1.safetensors"])) - TaskVector.Open(_sandbox["v2.safetensors"]);
        _ = await both.SaveAsync(_sandbox["v3.safetensors"]);
        TaskVector stored = TaskVector.Open(_sandbox["v3.safetensors"]);
        Assert.Equal("base", stored.Base.Metadata[TaskVectorMetadata.BaseNameKey]);
        Checkpoint direct = await _sandbox.Save(pretrained + both, "direct");
        Checkpoint through = await _sandbox.Save(pretrained + stored, "through");
        double[] left = TestModel.Values(direct, "w");
        double[] right = TestModel.Values(through, "w");
        for (int index = 0; index < Elements; index++)
        {
            // The vector of vectors is rounded to F32 once more.
            Assert.Equal(left[index], right[index], 4 * Math.Pow(2, -23));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stored_vector_and_a_difference_in_either_order_are_relative_to_the_checkpoint(bool storedFirst)
    {
        Checkpoint pretrained = Model("base", DType.F32, 1);
        TaskVector first = Model("first", DType.F32, 2) - pretrained;
        _ = await (Model("second", DType.F32, 3) - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        TaskVector stored = TaskVector.Open(_sandbox["v.safetensors"]);
        _ = await (storedFirst ? stored + first : first + stored).SaveAsync(_sandbox["sum.safetensors"]);
        Assert.Equal("base", TaskVector.Open(_sandbox["sum.safetensors"]).Base.Metadata[TaskVectorMetadata.BaseNameKey]);
        _ = await _sandbox.Save(pretrained + TaskVector.Open(_sandbox["sum.safetensors"]));
    }

    [Fact]
    public async Task A_partial_vector_is_zero_where_it_has_no_tensor()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("attention.a", DType.F32, [1]), ("mlp.b", DType.F32, [2]));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("attention.a", DType.F32, [5]), ("mlp.b", DType.F32, [6]));
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"], EditOptions.Default with { Filter = new TensorFilter(["attention"], []) });
        TaskVector vector = TaskVector.Open(_sandbox["v.safetensors"]);
        Assert.Equal("true", vector.Base.Metadata[TaskVectorMetadata.PartialKey]);
        Assert.Equal("attention.a", Assert.Single(vector.Tensors).Name);
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * vector));
        Assert.Equal([3], TestModel.Values(written, "attention.a"));
        Assert.Equal(TestModel.Bytes(pretrained, "mlp.b"), TestModel.Bytes(written, "mlp.b"));
    }

    [Fact]
    public async Task Partial_vectors_of_different_tensors_add_up_on_their_base()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [2]), ("c", DType.F32, [3]));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("a", DType.F32, [5]), ("b", DType.F32, [6]), ("c", DType.F32, [7]));
        foreach (string name in new[] { "a", "b" })
        {
            _ = await (finetuned - pretrained).SaveAsync(_sandbox[name + "-only.safetensors"], EditOptions.Default with { Filter = new TensorFilter([name], []) });
        }

        Checkpoint edited = pretrained + TaskVector.Open(_sandbox["a-only.safetensors"]) - (0.5 * TaskVector.Open(_sandbox["b-only.safetensors"]));
        Checkpoint written = await _sandbox.Save(edited);
        Assert.Equal([5], TestModel.Values(written, "a"));
        Assert.Equal([0], TestModel.Values(written, "b"));
        Assert.Equal([3], TestModel.Values(written, "c"));
    }

    [Fact]
    public async Task A_stored_sum_of_partial_vectors_has_the_tensors_of_all()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [2]), ("c", DType.F32, [3]), ("d", DType.F32, [4]));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("a", DType.F32, [5]), ("b", DType.F32, [6]), ("c", DType.F32, [7]), ("d", DType.F32, [8]));
        TaskVector[] parts = new TaskVector[2];
        foreach ((int index, string[] names) in new[] { (0, new[] { "a", "b" }), (1, ["b", "c"]) })
        {
            string path = _sandbox[$"part-{index}.safetensors"];
            _ = await (finetuned - pretrained).SaveAsync(path, EditOptions.Default with { Filter = new TensorFilter([.. names.Select(name => new NamePattern(name))], []) });
            parts[index] = TaskVector.Open(path);
        }

        _ = await (parts[0] + (0.5 * parts[1])).SaveAsync(_sandbox["sum.safetensors"]);
        TaskVector sum = TaskVector.Open(_sandbox["sum.safetensors"]);
        Assert.Equal("true", sum.Base.Metadata[TaskVectorMetadata.PartialKey]);
        Checkpoint written = await _sandbox.Save(pretrained + sum);
        Assert.Equal([5, 8, 5, 4], new[] { "a", "b", "c", "d" }.SelectMany(name => TestModel.Values(written, name)));

        // A vector of all tensors lacks none, so that a tensor it does not know is a mistake.
        Checkpoint small = _sandbox.Model("small", ("a", DType.F32, [1]));
        _ = await (_sandbox.Model("tuned", ("a", DType.F32, [3])) - small).SaveAsync(_sandbox["whole.safetensors"]);
        EditException error = await Assert.ThrowsAsync<EditException>(() => (TaskVector.Open(_sandbox["whole.safetensors"]) + parts[0]).SaveAsync(_sandbox["x.safetensors"]));
        Assert.Equal(EditError.ExtraTensors, error.Error);
    }

    private Checkpoint Model(string name, DType dtype, int seed) => _sandbox.Model(name, ("w", dtype, TestModel.Numbers(seed, Elements)));
}
