using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>Adapters wherever a task vector is.</summary>
public class AdapterEditTests
{
    [Theory]
    [InlineData("llama-plain", 0.5)]
    [InlineData("llama-dora", 0.5)]
    [InlineData("llama-modules-to-save", -0.25)]
    [InlineData("bert-bias-all", 0.5)]
    [InlineData("gpt2-dora", 2)]
    public async Task A_scaled_adapter_goes_part_of_the_way_to_the_merged_model(string name, double coefficient)
    {
        LoraCase golden = LoraCase.All[name];
        using var folder = new TemporaryFolder();
        ExpressionModels models = new ExpressionModels()
            .Add("base", golden.OpenBase())
            .Add("adapter", CheckpointFormats.Open(golden.AdapterFolder));

        EditExpression edit = EditExpression.Parse(FormattableString.Invariant($"base + {coefficient}*adapter"), models);
        Manifest manifest = await edit.Checkpoint!.SaveAsync(folder["out"], EditOptions.Default with { Threads = 2 });

        CheckpointSource written = CheckpointFormats.Open(folder["out"]);
        CheckpointSource pretrained = golden.OpenBase();
        CheckpointSource merged = golden.OpenMerged("f64");
        foreach (TensorInfo tensor in written.Tensors)
        {
            float[] expected = [.. LoraCase.Values(pretrained, tensor.Name).Select(value => (float)value)];
            if (golden.Changed.Contains(tensor.Name))
            {
                expected = [.. LoraCase.Values(pretrained, tensor.Name).Zip(LoraCase.Values(merged, tensor.Name), (from, to) => (float)(from + coefficient * (to - from)))];
            }

            float[] actual = [.. LoraCase.Values(written, tensor.Name).Select(value => (float)value)];
            Assert.Equal(expected.Length, actual.Length);

            // Both are rounded once from values that agree to 1e-12: at a tie they may be one unit apart.
            Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, float.BitDecrement(pair.First), float.BitIncrement(pair.First)));
        }

        Assert.Contains(manifest.Inputs, input => input is { Kind: TaskVectorMetadata.TaskVectorKind, Format: "lora" });
    }

    [Fact]
    public async Task Full_copies_arrive_bit_for_bit()
    {
        LoraCase golden = LoraCase.All["llama-modules-to-save"];
        using var folder = new TemporaryFolder();

        _ = await (Checkpoint.Open(golden.BaseFolder) + TaskVector.Open(golden.AdapterFolder)).SaveAsync(folder["out.safetensors"]);

        CheckpointSource weights = CheckpointFormats.Open(folder["out.safetensors"]);
        CheckpointSource stored = new TaskVectors.Checkpoints.Safetensors.SafetensorsFormat().Open(Path.Combine(golden.AdapterFolder, "adapter_model.safetensors"));
        Assert.Equal(LoraCase.Values(stored, "base_model.model.lm_head.weight"), LoraCase.Values(weights, "lm_head.weight"));
    }

    [Fact]
    public async Task A_base_of_16_bits_is_rounded_once()
    {
        LoraCase golden = LoraCase.All["llama-plain"];
        using var folder = new TemporaryFolder();
        _ = await Checkpoint.Open(golden.BaseFolder).SaveAsync(folder["base"], EditOptions.Default with { OutputDType = DType.BF16 });

        _ = await Checkpoint.Open($"{folder["base"]}+{golden.AdapterFolder}").SaveAsync(folder["out"]);

        CheckpointSource pretrained = CheckpointFormats.Open(folder["base"]);
        CheckpointSource bound = ((IBindableTaskVector)CheckpointFormats.Open(golden.AdapterFolder)).Bind(pretrained);
        CheckpointSource written = CheckpointFormats.Open(folder["out"]);
        foreach (string name in golden.Changed)
        {
            double[] exact = [.. LoraCase.Values(pretrained, name).Zip(LoraCase.Values(bound, name), (value, change) => value + change)];
            byte[] bytes = new byte[exact.Length * 2];
            _ = TensorConverter.Encode(DType.BF16, exact, bytes);
            double[] rounded = new double[exact.Length];
            TensorConverter.Decode(DType.BF16, bytes, rounded);
            Assert.True(written.TryGetTensor(name, out TensorInfo? tensor));
            Assert.Equal(DType.BF16, tensor.DType);
            Assert.Equal(rounded, LoraCase.Values(written, name));
        }
    }

    [Fact]
    public async Task The_result_does_not_depend_on_threads_or_memory()
    {
        LoraCase golden = LoraCase.All["llama-all-linear"];
        using var folder = new TemporaryFolder();
        Checkpoint edited = Checkpoint.Open(golden.BaseFolder) + 0.3 * TaskVector.Open(golden.AdapterFolder);

        _ = await edited.SaveAsync(folder["one.safetensors"], EditOptions.Default with { Threads = 1, Memory = EditOptions.MinimumMemory });
        _ = await edited.SaveAsync(folder["four.safetensors"], EditOptions.Default with { Threads = 4 });

        Assert.Equal(File.ReadAllBytes(folder["one.safetensors"]), File.ReadAllBytes(folder["four.safetensors"]));
    }

    [Fact]
    public async Task An_adapter_alone_is_saved_as_a_dense_task_vector_that_applies_again()
    {
        LoraCase golden = LoraCase.All["llama-plain"];
        using var folder = new TemporaryFolder();

        _ = await TaskVector.Open(golden.AdapterFolder).SaveAsync(folder["vector.safetensors"]);
        TaskVector vector = TaskVector.Open(folder["vector.safetensors"]);
        _ = await (Checkpoint.Open(golden.BaseFolder) + vector).SaveAsync(folder["merged.safetensors"]);

        CheckpointSource merged = golden.OpenMerged("f64");
        CheckpointSource written = CheckpointFormats.Open(folder["merged.safetensors"]);
        Assert.All(golden.Changed, name => Assert.InRange(LoraCase.Distance(LoraCase.Values(written, name), LoraCase.Values(merged, name)), 0, 1e-6));
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused_when_the_edit_is_planned()
    {
        using var folder = new TemporaryFolder();
        Checkpoint edited = Checkpoint.Open(LoraCase.All["gpt2-dora"].BaseFolder) + TaskVector.Open(LoraCase.All["llama-plain"].AdapterFolder);

        LoraException error = Assert.Throws<LoraException>(() => EditPlanner.Plan(edited, new OutputTarget(folder["out"]), EditOptions.Default));

        Assert.Equal(LoraError.TargetNotFound, error.Error);
    }

    [Fact]
    public void An_adapter_that_needs_its_base_is_refused_alone()
    {
        using var folder = new TemporaryFolder();
        TaskVector vector = TaskVector.Open(LoraCase.All["llama-dora"].AdapterFolder);

        LoraException error = Assert.Throws<LoraException>(() => EditPlanner.Plan(vector, new OutputTarget(folder["out.safetensors"]), EditOptions.Default));

        Assert.Equal(LoraError.NeedsBase, error.Error);
    }

    [Fact]
    public void A_path_of_a_model_and_adapters_is_taken_apart_only_where_it_names_nothing()
    {
        using var folder = new TemporaryFolder();
        LoraCase golden = LoraCase.All["llama-plain"];
        string model = LoraCase.Copy(golden.BaseFolder, folder["a+b"]);
        string one = LoraCase.Copy(golden.AdapterFolder, folder["one+1"]);
        string two = LoraCase.Copy(Path.Combine(LoraCase.Root, "combine", "adapter-a"), folder["two"]);

        Assert.Single(Checkpoint.Open(model).Form.Terms);
        Assert.Equal([model, one, two], Checkpoint.Open($"{model}+{one}+{two}").Form.Terms.Select(term => term.Source.Path));
        Assert.Throws<CheckpointNotFoundException>(() => Checkpoint.Open($"{model}+{folder["missing"]}"));
        Assert.Throws<CheckpointNotFoundException>(() => Checkpoint.Open($"{folder["missing"]}+{one}"));
        Assert.Throws<CheckpointNotFoundException>(() => Checkpoint.Open(model + "+"));
        Assert.Throws<NotTaskVectorException>(() => Checkpoint.Open($"{model}+{model}"));
    }
}
