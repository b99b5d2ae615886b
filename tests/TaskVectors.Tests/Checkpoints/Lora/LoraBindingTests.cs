using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

public class LoraBindingTests
{
    /// <summary>Products of two factors in F64, against the same sum in another order.</summary>
    private const double Tolerance = 1e-14;

    [Theory]
    [InlineData("bert.encoder.0.query", "encoder.0.query")]
    [InlineData("encoder.0.query", "bert.encoder.0.query")]
    [InlineData("model.layers.0.q_proj", "model.language_model.layers.0.q_proj")]
    [InlineData("model.layers.0.q_proj", "language_model.model.layers.0.q_proj")]
    public void One_prefix_may_be_dropped_added_or_exchanged(string module, string stored)
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add($"{stored}.weight", 3, 4).Add($"{stored}.bias", 3).SaveCheckpoint(folder);
        SyntheticAdapter adapter = new SyntheticAdapter().AddFactors(module, 3, 4);

        CheckpointSource bound = adapter.Open(folder).Bind(pretrained);

        TensorInfo tensor = Assert.Single(bound.Tensors);
        Assert.Equal($"{stored}.weight", tensor.Name);
        AssertClose([.. adapter.Product(module, 3, 4).Select(value => 3 * value)], LoraCase.Values(bound, tensor.Name));
    }

    [Fact]
    public void A_layer_that_the_base_lacks_is_never_taken_for_another()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("h.0.attn.weight", 3, 4).Add("h.1.attn.weight", 3, 4).SaveCheckpoint(folder);
        LoraSource adapter = new SyntheticAdapter().AddFactors("h.3.attn", 3, 4).Open(folder);

        LoraException error = Assert.Throws<LoraException>(() => adapter.Bind(pretrained));

        Assert.Equal(LoraError.TargetNotFound, error.Error);
        Assert.Contains("h.3.attn.weight", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_module_that_the_base_lacks_is_listed()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("h.0.attn.weight", 3, 4).SaveCheckpoint(folder);
        LoraSource adapter = new SyntheticAdapter().AddFactors("h.0.attn", 3, 4).AddFactors("h.7.attn", 3, 4).AddFactors("h.8.attn", 3, 4).Open(folder);

        LoraException error = Assert.Throws<LoraException>(() => adapter.Bind(pretrained));

        Assert.Contains("'h.7.attn.weight', 'h.8.attn.weight'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'h.0.attn.weight'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_fit_two_parts_of_the_base_are_ambiguous()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("text.h.0.attn.weight", 3, 4).Add("vision.h.0.attn.weight", 3, 4).SaveCheckpoint(folder);
        LoraSource adapter = new SyntheticAdapter().AddFactors("h.0.attn", 3, 4).Open(folder);

        Assert.Equal(LoraError.AmbiguousTarget, Assert.Throws<LoraException>(() => adapter.Bind(pretrained)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Orientation_follows_the_shape_of_the_base_whatever_the_flag_says(bool flag)
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("linear.weight", 3, 4).Add("conv1d.weight", 4, 3).SaveCheckpoint(folder);
        SyntheticAdapter adapter = new SyntheticAdapter().AddFactors("linear", 3, 4).AddFactors("conv1d", 3, 4).With("fan_in_fan_out", flag).With("lora_alpha", 2);

        CheckpointSource bound = adapter.Open(folder).Bind(pretrained);

        AssertClose(adapter.Product("linear", 3, 4), LoraCase.Values(bound, "linear.weight"));
        AssertClose(SyntheticAdapter.Transpose(adapter.Product("conv1d", 3, 4), 3, 4), LoraCase.Values(bound, "conv1d.weight"));
    }

    [Fact]
    public void A_square_matrix_is_transposed_where_all_others_are()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("c_attn.weight", 4, 12).Add("c_proj.weight", 4, 4).SaveCheckpoint(folder);
        SyntheticAdapter adapter = new SyntheticAdapter().AddFactors("c_attn", 12, 4).AddFactors("c_proj", 4, 4).With("lora_alpha", 2);

        CheckpointSource bound = adapter.Open(folder).Bind(pretrained);

        AssertClose(SyntheticAdapter.Transpose(adapter.Product("c_proj", 4, 4), 4, 4), LoraCase.Values(bound, "c_proj.weight"));
    }

    [Fact]
    public void A_copy_of_the_base_layer_with_other_values_takes_its_place()
    {
        using var folder = new TemporaryFolder();
        SyntheticAdapter pretrained = new SyntheticAdapter().Add("embed_tokens.weight", 5, 3);
        CheckpointSource source = pretrained.SaveCheckpoint(folder);
        SyntheticAdapter adapter = new SyntheticAdapter()
            .With("lora_alpha", 2)
            .Add("base_model.model.embed_tokens.lora_embedding_A", 2, 5)
            .Add("base_model.model.embed_tokens.lora_embedding_B", 3, 2)
            .Add("base_model.model.embed_tokens.base_layer.weight", 5, 3);

        LoraSource unbound = adapter.Open(folder);
        var bound = (LoraSource)unbound.Bind(source);

        double[] product = LoraCase.Values(unbound, "embed_tokens.weight");
        double[] expected = [.. Enumerable.Range(0, 15).Select(i =>
            adapter["base_model.model.embed_tokens.base_layer.weight"][i] + product[i] - pretrained["embed_tokens.weight"][i])];
        Assert.InRange(LoraCase.Distance(expected, LoraCase.Values(bound, "embed_tokens.weight")), 0, 1e-7);
        Assert.True(unbound.TryGetRank("embed_tokens.weight", out _));
        Assert.False(bound.TryGetRank("embed_tokens.weight", out _));
    }

    [Fact]
    public void A_bias_of_B_is_added_times_the_scale()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("fc.weight", 3, 4).Add("fc.bias", 3).SaveCheckpoint(folder);
        SyntheticAdapter adapter = new SyntheticAdapter().AddFactors("fc", 3, 4).With("lora_bias", true).Add("base_model.model.fc.lora_B.bias", 3);

        CheckpointSource bound = adapter.Open(folder).Bind(pretrained);

        AssertClose([.. adapter["base_model.model.fc.lora_B.bias"].Select(value => 3 * value)], LoraCase.Values(bound, "fc.bias"));
    }

    [Fact]
    public void Two_different_changes_of_a_tied_tensor_are_refused_and_two_equal_ones_are_one()
    {
        using var folder = new TemporaryFolder();
        CheckpointSource pretrained = new SyntheticAdapter().Add("transformer.wte.weight", 5, 3).Add("fc.weight", 3, 4).SaveCheckpoint(folder, config: """{"tie_word_embeddings": true}""");
        SyntheticAdapter equal = new SyntheticAdapter().AddFactors("fc", 3, 4).Add("base_model.model.transformer.wte.weight", 5, 3);
        _ = equal.Add(new TensorInfo("base_model.model.lm_head.weight", DType.F32, new TensorShape(5, 3)), [.. equal["base_model.model.transformer.wte.weight"]]);
        SyntheticAdapter different = new SyntheticAdapter().AddFactors("fc", 3, 4).Add("base_model.model.transformer.wte.weight", 5, 3).Add("base_model.model.lm_head.weight", 5, 3);

        CheckpointSource bound = equal.Open(folder).Bind(pretrained);
        LoraSource refused = different.Open(folder);

        Assert.Equal(["fc.weight", "transformer.wte.weight"], bound.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.Equal(LoraError.ChangedTwice, Assert.Throws<LoraException>(() => refused.Bind(pretrained)).Error);
    }

    [Fact]
    public void A_quantised_base_is_refused()
    {
        using var folder = new TemporaryFolder();
        SyntheticAdapter quantised = new();
        CheckpointSource pretrained = quantised.Add("fc.weight", 3, 4).SaveCheckpoint(folder);
        string file = Path.Combine(pretrained.Path, "model.safetensors");
        TaskVectors.Checkpoints.Safetensors.SafetensorsFile.Write(file, [(new TensorInfo("fc.weight", DType.I8, new TensorShape(3, 4)), new byte[12])]);
        LoraSource adapter = new SyntheticAdapter().AddFactors("fc", 3, 4).Open(folder);

        Assert.Equal(LoraError.UnsupportedDataType, Assert.Throws<LoraException>(() => adapter.Bind(CheckpointFormats.Open(pretrained.Path))).Error);
    }

    [Fact]
    public void An_adapter_is_not_bound_to_a_task_vector()
    {
        using var folder = new TemporaryFolder();
        LoraSource adapter = new SyntheticAdapter().AddFactors("fc", 3, 4).Open(folder);

        Assert.Equal(LoraError.BaseIsVector, Assert.Throws<LoraException>(() => adapter.Bind(adapter)).Error);
    }

    [Fact]
    public void What_needs_the_base_is_listed_and_cannot_be_read_without_it()
    {
        LoraCase golden = LoraCase.All["llama-modules-to-save"];
        var adapter = (LoraSource)CheckpointFormats.Open(golden.AdapterFolder);

        Assert.Contains("lm_head.weight", adapter.NeedingBase);
        Assert.DoesNotContain("model.layers.0.self_attn.q_proj.weight", adapter.NeedingBase);
        Assert.Equal(LoraError.NeedsBase, Assert.Throws<LoraException>(() => LoraCase.Values(adapter, "lm_head.weight")).Error);
        Assert.NotEmpty(LoraCase.Values(adapter, "model.layers.0.self_attn.q_proj.weight"));
        Assert.Empty(((LoraSource)adapter.Bind(golden.OpenBase())).NeedingBase);
    }

    [Theory]
    [InlineData("llama-plain")]
    [InlineData("llama-embeddings")]
    [InlineData("gpt2-fan-in-fan-out")]
    [InlineData("vit-conv2d")]
    [InlineData("llama-patterns-rslora")]
    public void Without_a_base_the_values_are_those_with_it_rounded_to_F32(string name)
    {
        LoraCase golden = LoraCase.All[name];
        var adapter = (LoraSource)CheckpointFormats.Open(golden.AdapterFolder);
        CheckpointSource bound = adapter.Bind(golden.OpenBase());

        Assert.Equal(bound.Tensors.Select(tensor => (tensor.Name, tensor.Shape)).ToHashSet(), adapter.Tensors.Select(tensor => (tensor.Name, tensor.Shape)).ToHashSet());
        foreach (TensorInfo tensor in bound.Tensors)
        {
            Assert.Equal(LoraCase.Values(bound, tensor.Name).Select(value => (float)value), LoraCase.Values(adapter, tensor.Name).Select(value => (float)value));
        }
    }

    [Theory]
    [InlineData("use_dora", "true", LoraError.MissingMagnitude)]
    [InlineData("bias", "\"some\"", LoraError.InvalidConfig)]
    [InlineData("r", "2.5", LoraError.InvalidConfig)]
    [InlineData("r", "99999999999", LoraError.InvalidConfig)]
    [InlineData("lora_alpha", "1e999", LoraError.InvalidConfig)]
    [InlineData("rank_pattern", "{\"fc\": 0}", LoraError.InvalidConfig)]
    [InlineData("rank_pattern", "{\"fc\": 3}", LoraError.RankMismatch)]
    [InlineData("alpha_pattern", "[1]", LoraError.InvalidConfig)]
    [InlineData("use_rslora", "\"yes\"", LoraError.InvalidConfig)]
    [InlineData("target_modules", "[1]", LoraError.InvalidConfig)]
    [InlineData("target_modules", "\"(c\"", LoraError.InvalidConfig)]
    [InlineData("target_modules", "[\"other\"]", LoraError.TargetMismatch)]
    [InlineData("exclude_modules", "[\"fc\"]", LoraError.TargetMismatch)]
    [InlineData("layers_to_transform", "\"1\"", LoraError.InvalidConfig)]
    [InlineData("layer_replication", "[[0,2]]", LoraError.UnsupportedFeature)]
    [InlineData("target_parameters", "[\"experts\"]", LoraError.UnsupportedFeature)]
    [InlineData("alora_invocation_tokens", "[1]", LoraError.UnsupportedFeature)]
    [InlineData("init_lora_weights", "\"pissa_niter_4\"", LoraError.UnsupportedFeature)]
    [InlineData("peft_type", "\"VERA\"", LoraError.UnsupportedType)]
    [InlineData("peft_type", "\"LOHA\"", LoraError.UnsupportedType)]
    public void A_configuration_that_would_merge_wrongly_is_refused(string field, string value, LoraError expected)
    {
        using var folder = new TemporaryFolder();
        SyntheticAdapter adapter = new SyntheticAdapter().AddFactors("fc", 3, 4);
        string path = adapter.With(field, "?").Save(folder);
        string config = Path.Combine(path, "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"?\"", value, StringComparison.Ordinal));

        Assert.Equal(expected, Assert.Throws<LoraException>(() => CheckpointFormats.Open(path)).Error);
    }

    [Theory]
    [InlineData("base_model.model.fc.lora_A.default.weight")]
    [InlineData("base_model.model.embed.token_adapter.trainable_tokens_delta")]
    [InlineData("model.fc.weight")]
    [InlineData("base_model.model.other.base_layer.weight")]
    [InlineData("base_model.model.fc.lora_magnitude_vector")]
    [InlineData("base_model.model.fc.bias")]
    [InlineData("base_model.model.fc.lora_B.bias")]
    public void A_tensor_that_would_be_lost_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        string path = new SyntheticAdapter().AddFactors("fc", 3, 4).Add(name, 3).Save(folder);

        LoraException error = Assert.Throws<LoraException>(() => CheckpointFormats.Open(path));

        Assert.Equal(LoraError.UnknownTensor, error.Error);
        Assert.Equal(name, error.Tensor);
    }

    [Fact]
    public void A_key_that_is_there_twice_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = new SyntheticAdapter().AddFactors("fc", 3, 4).Save(folder);
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), """{"peft_type": "LORA", "r": 2, "lora_alpha": 2, "lora_alpha": 4}""");

        Assert.Equal(LoraError.InvalidConfig, Assert.Throws<LoraException>(() => CheckpointFormats.Open(path)).Error);
    }

    [Fact]
    public void An_expression_that_backtracks_for_ever_is_cut_off()
    {
        using var folder = new TemporaryFolder();
        string module = new('a', 40);
        string path = new SyntheticAdapter().AddFactors(module, 3, 4).With("target_modules", "(?=((a+)+)+b)c").Save(folder);

        Assert.Equal(LoraError.InvalidConfig, Assert.Throws<LoraException>(() => CheckpointFormats.Open(path)).Error);
    }

    [Fact]
    public void Layers_and_python_groups_are_understood()
    {
        using var folder = new TemporaryFolder();
        LoraSource byLayer = new SyntheticAdapter()
            .AddFactors("h.1.fc", 3, 4)
            .With("target_modules", new JsonArray("fc")).With("layers_to_transform", new JsonArray(1)).Open(folder);
        LoraSource byExpression = new SyntheticAdapter().AddFactors("h.1.fc", 3, 4).With("target_modules", @"h\.(?P<layer>\d+)\.(?!wte).*").Open(folder);

        Assert.Single(byLayer.Tensors);
        Assert.Single(byExpression.Tensors);
    }

    [Fact]
    public void A_folder_with_a_model_and_an_adapter_is_ambiguous_and_its_files_are_not()
    {
        using var folder = new TemporaryFolder();
        string path = new SyntheticAdapter().AddFactors("fc", 3, 4).Save(folder, "both");
        _ = new SyntheticAdapter().Add("fc.weight", 3, 4).SaveCheckpoint(folder, "model");
        File.Copy(folder["model/model.safetensors"], Path.Combine(path, "model.safetensors"));

        Assert.Equal(LoraError.AmbiguousFolder, Assert.Throws<LoraException>(() => CheckpointFormats.Open(path)).Error);
        Assert.IsType<LoraSource>(CheckpointFormats.Open(Path.Combine(path, "adapter_model.safetensors")));
        Assert.Equal("safetensors", CheckpointFormats.Open(Path.Combine(path, "model.safetensors")).Format);

        File.Delete(Path.Combine(path, "adapter_model.safetensors"));
        Assert.Equal("safetensors", CheckpointFormats.Open(path).Format);
    }

    private static void AssertClose(double[] expected, double[] actual) => Assert.InRange(LoraCase.Distance(expected, actual), 0, Tolerance);
}
