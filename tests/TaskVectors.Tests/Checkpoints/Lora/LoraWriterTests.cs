using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

public class LoraWriterTests
{
    /// <summary>In F64 nothing but the scale is rounded: alpha = s r, and then alpha / r.</summary>
    [Property(MaxTest = 15)]
    public void What_is_written_is_read_back(PositiveInt seed, PositiveInt count)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed.Get);
        LowRankTensor[] tensors = [.. Enumerable.Range(0, count.Get % 6 + 1).Select(i => new LowRankTensor(
            $"model.layers.{i}.self_attn.q_proj.weight",
            LowRankFactorsTests.Random(random.Next(1, 20), random.Next(1, 20), random.Next(1, 5), random.Next(), random.Next(1, 4) * 0.7)))];

        LoraWriter.Write(folder["out"], tensors, "base", DType.F64);

        var read = (LoraSource)CheckpointFormats.Open(folder["out"]);
        Assert.Equal(tensors.Length, read.Tensors.Count);
        Assert.Equal("base", read.Metadata[TaskVectorMetadata.BaseNameKey]);
        foreach (LowRankTensor tensor in tensors)
        {
            Assert.True(read.TryGetFactors(tensor.Name, out LowRankFactors? factors));
            Assert.Equal(tensor.Factors.B.ToArray(), factors.B.ToArray());
            Assert.Equal(tensor.Factors.A.ToArray(), factors.A.ToArray());
            Assert.Equal(tensor.Factors.Scale, factors.Scale, 14);
            Assert.InRange(LoraCase.Distance(tensor.Factors.ToDense(), LoraCase.Values(read, tensor.Name)), 0, 1e-14);
        }
    }

    [Fact]
    public void Every_kind_of_layer_is_read_back_in_its_layout()
    {
        using var folder = new TemporaryFolder();
        LowRankTensor[] tensors =
        [
            new("wte.weight", LowRankFactorsTests.Random(9, 4, 2, seed: 1, scale: 1), LoraLayerKind.Embedding),
            new("h.0.c_attn.weight", LowRankFactorsTests.Random(4, 12, 3, seed: 2, scale: 2), LoraLayerKind.TransposedLinear),
            new("patch.weight", LowRankFactorsTests.Random(5, 12, 2, seed: 3, scale: 0.5), LoraLayerKind.Convolution, new TensorShape(5, 3, 2, 2)),
        ];

        LoraWriter.Write(folder["out"], tensors, dtype: DType.F64);

        var read = (LoraSource)CheckpointFormats.Open(folder["out"]);
        foreach (LowRankTensor tensor in tensors)
        {
            Assert.True(read.TryGetTensor(tensor.Name, out TensorInfo? info));
            Assert.Equal(tensor.Shape ?? new TensorShape(tensor.Factors.Rows, tensor.Factors.Columns), info.Shape);
            Assert.True(read.TryGetRank(tensor.Name, out int rank));
            Assert.Equal(tensor.Factors.Rank, rank);
            Assert.InRange(LoraCase.Distance(tensor.Factors.ToDense(), LoraCase.Values(read, tensor.Name)), 0, 1e-14);
        }
    }

    [Fact]
    public void The_configuration_is_one_that_PEFT_reads()
    {
        using var folder = new TemporaryFolder();
        LoraWriter.Write(folder["out"],
        [
            new("h.0.a.weight", LowRankFactorsTests.Random(4, 4, 2, seed: 1, scale: 1)),
            new("h.1.a.weight", LowRankFactorsTests.Random(4, 4, 2, seed: 1, scale: 1)),
            new("h.1.b.weight", LowRankFactorsTests.Random(4, 4, 3, seed: 1, scale: 1)),
            new("h.2.zero.weight", new LowRankFactors(4, 4, 0, default, default)),
        ]);

        using var config = JsonDocument.Parse(File.ReadAllBytes(folder["out/adapter_config.json"]));
        JsonElement root = config.RootElement;
        Assert.Equal("LORA", root.GetProperty("peft_type").GetString());
        Assert.Equal(2, root.GetProperty("r").GetInt32());
        Assert.Equal(2, root.GetProperty("lora_alpha").GetInt32());
        Assert.Equal(3, root.GetProperty("rank_pattern").GetProperty("h.1.b").GetInt32());
        Assert.Equal(3, root.GetProperty("alpha_pattern").GetProperty("h.1.b").GetInt32());
        Assert.Equal(["h.0.a", "h.1.a", "h.1.b"], root.GetProperty("target_modules").EnumerateArray().Select(name => name.GetString()!));
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], Directory.EnumerateFiles(folder["out"]).Select(file => Path.GetFileName(file)).Order());
    }

    [Fact]
    public void A_golden_adapter_survives_being_written()
    {
        using var folder = new TemporaryFolder();
        var golden = (LoraSource)CheckpointFormats.Open(LoraCase.All["llama-patterns"].AdapterFolder);
        LoraWriter.Write(folder["out"], golden.Tensors.Select(tensor =>
        {
            Assert.True(golden.TryGetFactors(tensor.Name, out LowRankFactors? factors));
            return new LowRankTensor(tensor.Name, factors);
        }));

        CheckpointSource copy = CheckpointFormats.Open(folder["out"]);

        foreach (TensorInfo tensor in golden.Tensors)
        {
            Assert.Equal(LoraCase.Values(golden, tensor.Name), LoraCase.Values(copy, tensor.Name));
        }
    }

    /// <summary>The files of peft 0.21.2 are the measure of what it loads: their names, shapes, and kinds of fields.</summary>
    [Theory]
    [InlineData("llama-plain")]
    [InlineData("llama-patterns")]
    [InlineData("llama-embeddings")]
    [InlineData("llama-modules-to-save")]
    [InlineData("gpt2-fan-in-fan-out")]
    [InlineData("vit-conv2d")]
    public void A_folder_is_laid_out_as_one_that_PEFT_wrote(string name)
    {
        using var folder = new TemporaryFolder();
        LoraCase golden = LoraCase.All[name];
        Dictionary<string, TensorInfo> expected = Weights(golden.AdapterFolder);
        var adapter = (LoraSource)((IBindableTaskVector)CheckpointFormats.Open(golden.AdapterFolder)).Bind(golden.OpenBase());
        SavedTensor[] saved = [.. expected.Values.Where(tensor => !tensor.Name.Contains(".lora_", StringComparison.Ordinal)).Select(tensor =>
            new SavedTensor(tensor with { Name = tensor.Name["base_model.model.".Length..] }, new byte[tensor.ByteCount]))];
        LoraWriter.Write(
            folder["out"],
            adapter.Tensors.Where(tensor => adapter.TryGetRank(tensor.Name, out _)).Select(tensor => new LowRankTensor(tensor.Name, Factors(adapter, tensor.Name), adapter.KindOf(tensor.Name)!.Value, tensor.Shape)),
            "base",
            saved: saved);

        Dictionary<string, TensorInfo> written = Weights(folder["out"]);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, pair => Assert.Equal((pair.Value.DType, pair.Value.Shape), (written[pair.Key].DType, written[pair.Key].Shape)));
        Assert.Equal("pt", new SafetensorsFormat().Open(Path.Combine(folder["out"], "adapter_model.safetensors")).Metadata["format"]);
        RequireSameFields(golden.AdapterFolder, folder["out"], hasPatterns: name == "llama-patterns");
    }

    // Of an adapted embedding PEFT stores an untouched copy of the base too.
    private static Dictionary<string, TensorInfo> Weights(string folder) => new SafetensorsFormat()
        .Open(Path.Combine(folder, "adapter_model.safetensors")).Tensors
        .Where(tensor => !tensor.Name.Contains(".base_layer.", StringComparison.Ordinal))
        .ToDictionary(tensor => tensor.Name);

    private static LowRankFactors Factors(LoraSource adapter, string tensor)
    {
        Assert.True(adapter.TryGetFactors(tensor, out LowRankFactors? factors));
        return factors;
    }

    private static void RequireSameFields(string expected, string actual, bool hasPatterns)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(expected, "adapter_config.json")));
        using var written = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(actual, "adapter_config.json")));
        string[] equal = ["bias", "fan_in_fan_out", "init_lora_weights", "peft_type", "use_dora", "use_rslora", .. hasPatterns ? Array.Empty<string>() : ["r", "lora_alpha", "rank_pattern", "alpha_pattern"]];
        foreach (JsonProperty field in written.RootElement.EnumerateObject())
        {
            JsonElement known = golden.RootElement.GetProperty(field.Name);
            Assert.True(
                known.ValueKind == field.Value.ValueKind || known.ValueKind == JsonValueKind.Null || field.Value.ValueKind == JsonValueKind.Null,
                $"{field.Name} is {field.Value.ValueKind}, and PEFT writes {known.ValueKind}.");
            Assert.True(!equal.Contains(field.Name) || JsonElement.DeepEquals(known, field.Value), field.Name);
        }

        // Names are matched by their ends: every module that PEFT adapted is named by ours, whole.
        string[] targets = [.. golden.RootElement.GetProperty("target_modules").EnumerateArray().Select(target => target.GetString()!)];
        Assert.All(
            written.RootElement.GetProperty("target_modules").EnumerateArray().Select(target => target.GetString()!),
            module => Assert.Contains(targets, target => module == target || module.EndsWith("." + target, StringComparison.Ordinal)));
        Assert.Equal(golden.RootElement.GetProperty("modules_to_save").ValueKind, written.RootElement.GetProperty("modules_to_save").ValueKind);
    }

    [Fact]
    public void A_tensor_that_is_no_weight_of_a_module_is_refused()
    {
        using var folder = new TemporaryFolder();
        LowRankFactors factors = LowRankFactorsTests.Random(4, 4, 1, seed: 1, scale: 1);

        Assert.Equal(LoraError.UnwritableTensor, Refused([new("norm.bias", factors)]));
        Assert.Equal(LoraError.UnwritableTensor, Refused([new("fc.weight", factors, LoraLayerKind.Convolution)]));
        Assert.Equal(LoraError.UnwritableTensor, Refused([new("fc.weight", factors, Shape: new TensorShape(4, 5))]));
        Assert.Equal(LoraError.UnwritableTensor, Refused([new("fc.weight", factors), new("c_fc.weight", factors, LoraLayerKind.TransposedLinear)]));
        Assert.Equal(LoraError.NoTensors, Refused([new("fc.weight", new LowRankFactors(4, 4, 0, default, default))]));
        Assert.False(Directory.Exists(folder["out"]));

        LoraError Refused(LowRankTensor[] tensors) => Assert.Throws<LoraException>(() => LoraWriter.Write(folder["out"], tensors)).Error;
    }
}
