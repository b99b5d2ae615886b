using System.Runtime.InteropServices;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests;

public sealed class ModelLoaderTests : IDisposable
{
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_unknown_architecture_is_answered_with_those_that_are_known()
    {
        ModelException error = Assert.Throws<ModelException>(() => Load("""{"architectures": ["MambaForCausalLM"], "model_type": "mamba"}"""));

        Assert.Equal(ModelError.UnknownArchitecture, error.Error);
        Assert.Contains("MambaForCausalLM", error.Message, StringComparison.Ordinal);
        Assert.Contains("LlamaForCausalLM", error.Message, StringComparison.Ordinal);
        Assert.Contains("outside program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_misshapen_tensors_are_one_error_that_names_them()
    {
        string config = File.ReadAllText(GoldenPath.Of("models", "vit-rgb", "config.json"))
            .Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal)
            .Replace("\"image_size\": 16", "\"image_size\": 20", StringComparison.Ordinal);

        ModelException error = Assert.Throws<ModelException>(() => Load(config));

        Assert.Equal(ModelError.TensorMismatch, error.Error);
        Assert.Contains("vit.encoder.layer.2.attention.attention.query.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("'vit.embeddings.position_embeddings' has the shape [1, 17, 32], not [1, 26, 32]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_the_architecture_does_not_have_are_listed()
    {
        string config = File.ReadAllText(GoldenPath.Of("models", "vit-rgb", "config.json"))
            .Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", StringComparison.Ordinal);

        using Model model = Load(config);

        Assert.Equal(16, model.UnexpectedTensors.Count);
        Assert.All(model.UnexpectedTensors, name => Assert.StartsWith("vit.encoder.layer.1.", name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]", "JSON object")]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"architectures": ["ViTModel"], "hidden_size": "wide"}""", "'hidden_size' must be a whole number")]
    [InlineData("""{"architectures": ["ViTModel"]}""", "'hidden_size'")]
    [InlineData("""{"architectures": ["ViTModel"], "hidden_size": -4}""", "at least 1")]
    public void A_configuration_that_makes_no_sense_is_an_error(string config, string expected)
    {
        ModelException error = Assert.Throws<ModelException>(() => Load(config));

        Assert.Equal(ModelError.InvalidConfig, error.Error);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_promises_endless_layers_is_an_error()
    {
        string config = File.ReadAllText(GoldenPath.Of("models", "vit-rgb", "config.json"))
            .Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000", StringComparison.Ordinal);

        Assert.Equal(ModelError.TensorMismatch, Assert.Throws<ModelException>(() => Load(config)).Error);
    }

    [Fact]
    public void A_checkpoint_without_a_configuration_says_where_it_belongs()
    {
        string file = Path.Combine(_folder.Path, "alone.safetensors");
        File.Copy(GoldenPath.Of("models", "vit-rgb", "model.safetensors"), file);

        ModelException error = Assert.Throws<ModelException>(() => ModelLoader.Load(Checkpoint.Open(file), _context));

        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_that_was_not_written_gives_what_the_written_one_gives()
    {
        Checkpoint gpt2 = Checkpoint.Open(GoldenPath.Of("models", "gpt2-grads"));
        Checkpoint edited = gpt2 + (0.5 * (Halved(gpt2) - gpt2));
        using CausalLanguageModel unsaved = (CausalLanguageModel)ModelLoader.Load(edited, _context);
        foreach ((string name, Tensor parameter) in unsaved.Parameters)
        {
            float[] original = new GoldenTensors(GoldenPath.Of("models", "gpt2-grads", "model.safetensors")).Numbers(name).Select(value => (float)value).ToArray();
            Assert.Equal(Array.ConvertAll(original, value => (float)(0.75 * value)), parameter.ToArray());
        }
    }

    [Fact]
    public void A_new_coefficient_moves_the_weights_and_zero_restores_them()
    {
        Checkpoint gpt2 = Checkpoint.Open(GoldenPath.Of("models", "gpt2-grads"));
        using Model model = ModelLoader.Load(gpt2, _context);
        float[] before = model.Parameters["transformer.wte.weight"].ToArray();
        using WeightEdit edit = WeightEdit.Create(model, Halved(gpt2) - gpt2);

        edit.Apply(0.5);
        float[] moved = model.Parameters["transformer.wte.weight"].ToArray();
        edit.Apply(-1);
        edit.Apply(0);

        Assert.Equal(model.Parameters.Count, edit.Count);
        Assert.Equal(Array.ConvertAll(before, value => 0.75f * value), moved);
        Assert.Equal(before, model.Parameters["transformer.wte.weight"].ToArray());
    }

    [Fact]
    public void Tied_weights_are_found_under_the_name_they_are_stored_by()
    {
        GoldenTensors stored = new(GoldenPath.Of("models", "qwen2-tied", "model.safetensors"));
        SafetensorsFile.Write(
            Path.Combine(_folder.Path, "model.safetensors"),
            stored.All.Select(tensor => (
                tensor with { Name = tensor.Name.Replace("model.embed_tokens.weight", "lm_head.weight", StringComparison.Ordinal) },
                (ReadOnlyMemory<byte>)MemoryMarshal.AsBytes(Array.ConvertAll(stored.Numbers(tensor.Name), value => (float)value).AsSpan()).ToArray())),
            new Dictionary<string, string> { ["model.embed_tokens.weight"] = "lm_head.weight" });
        File.Copy(GoldenPath.Of("models", "qwen2-tied", "config.json"), Path.Combine(_folder.Path, "config.json"));

        using Model model = ModelLoader.Load(Checkpoint.Open(_folder.Path), _context);

        Assert.Contains("lm_head.weight", model.Parameters.Keys);
        Assert.Empty(model.UnexpectedTensors);
    }

    [Fact]
    public void Inputs_that_do_not_fit_the_model_are_named()
    {
        using Model model = ModelLoader.Load(Checkpoint.Open(GoldenPath.Of("models", "gpt2-grads")), _context);

        ModelException missing = Assert.Throws<ModelException>(() => model.Run(new ModelInputs()));
        ModelException large = Assert.Throws<ModelException>(() => model.Run(new ModelInputs { InputIds = new IndexTensor([3, 99], 1, 2) }));
        ModelException longText = Assert.Throws<ModelException>(() => model.Run(new ModelInputs { InputIds = new IndexTensor(new int[33], 1, 33) }));

        ModelException mask = Assert.Throws<ModelException>(() => model.Run(
            new ModelInputs { InputIds = new IndexTensor([3, 4], 1, 2), AttentionMask = new IndexTensor([1], 1, 1) }));
        ModelException label = Assert.Throws<ModelException>(() => model.Run(
            new ModelInputs { InputIds = new IndexTensor([3, 4], 1, 2), Labels = new IndexTensor([1, 99], 1, 2) }));

        Assert.Equal("attention_mask", mask.Tensor);
        Assert.Equal("labels", label.Tensor);
        Assert.Contains("input_ids", missing.Message, StringComparison.Ordinal);
        Assert.Contains("99", large.Message, StringComparison.Ordinal);
        Assert.Contains("33", longText.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama-gqa-untied", DType.BF16)]
    [InlineData("gpt2-grads", DType.F16)]
    [InlineData("bert-cls", DType.BF16)]
    public async Task Weights_kept_as_they_are_stored_give_what_widened_ones_give(string name, DType dtype)
    {
        GoldenCase golden = new(name);
        string folder = Path.Combine(_folder.Path, "stored");
        _ = await Checkpoint.Open(golden.ModelFolder).SaveAsync(folder, EditOptions.Default with { OutputDType = dtype });
        ModelLoadOptions widening = new() { ConfigPath = Path.Combine(golden.ModelFolder, "config.json") };
        string run = name == "bert-cls" ? "plain/" : string.Empty;
        using Model widened = ModelLoader.Load(Checkpoint.Open(folder), _context, widening);
        long before = _context.TensorBytes;
        using Model kept = ModelLoader.Load(Checkpoint.Open(folder), _context, widening with { KeepsStoredWeights = true });
        long bytes = _context.TensorBytes - before;

        using IDisposable mode = _context.BeginInference();
        using TensorScope scope = _context.BeginScope();
        double[] expected = Array.ConvertAll(widened.Run(golden.Inputs(_context, run)).Logits!.ToArray(), value => (double)value);
        float[] actual = kept.Run(golden.Inputs(_context, run)).Logits!.ToArray();

        // A few roundings where OpenBLAS chooses another kernel for another shape.
        Closeness.Require(actual, expected, 1e-6, name);
        Assert.All(kept.Parameters, parameter => Assert.True(parameter.Value.DType == (parameter.Value.Rank == 2 ? dtype : DType.F32) || parameter.Key.Contains("token_type", StringComparison.Ordinal), parameter.Key));
        Assert.True(bytes < 0.75 * before, $"{bytes} of {before}");
    }

    [Fact]
    public void Weights_of_an_edit_that_are_kept_as_stored_are_those_of_the_written_one()
    {
        Checkpoint gpt2 = Checkpoint.Open(GoldenPath.Of("models", "gpt2-grads"));
        ModelLoadOptions options = new() { KeepsStoredWeights = true, Edit = EditOptions.Default with { OutputDType = DType.BF16 } };
        using Model kept = ModelLoader.Load(gpt2 + (0.3 * (Halved(gpt2) - gpt2)), _context, options);
        using Model exact = ModelLoader.Load(gpt2 + (0.3 * (Halved(gpt2) - gpt2)), _context);

        Assert.Equal(DType.BF16, kept.Parameters["transformer.wte.weight"].DType);
        foreach ((string name, Tensor parameter) in exact.Parameters)
        {
            byte[] codes = new byte[2 * parameter.Count];
            float[] rounded = new float[parameter.Count];
            _ = TensorConverter.Encode(DType.BF16, parameter.Values, codes);
            TensorConverter.Decode(DType.BF16, codes, rounded.AsSpan());

            // Half a unit in the last place more where the sum lies between F32 numbers that round to different sides.
            Assert.All(rounded.Zip(kept.Parameters[name].ToArray()), pair => Assert.Equal(pair.First, pair.Second, Math.Abs(pair.First) / 128));
        }
    }

    private static Checkpoint Halved(Checkpoint checkpoint) => Checkpoint.WeightedSum((0.5, checkpoint));

    private Model Load(string config)
    {
        string file = Path.Combine(_folder.Path, "config.json");
        File.WriteAllText(file, config);
        return ModelLoader.Load(Checkpoint.Open(GoldenPath.Of("models", "vit-rgb")), _context, new ModelLoadOptions { ConfigPath = file });
    }
}
