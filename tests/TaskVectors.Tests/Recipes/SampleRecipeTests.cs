using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Explaining;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>The sample recipes are planned over models of the shapes of 7 billion parameters, and run over narrow ones with as many layers.</summary>
public sealed class SampleRecipeTests : IDisposable
{
    private const int Layers = 32;
    private const long FullBytes = 14_500_000_000;

    private static readonly string[] Models = ["base-7b", "chat-7b", "code-7b", "math-7b"];

    private static readonly Dictionary<string, int> LayersOf = new() { ["gradient-slerp"] = 32, ["dare-ties-three"] = 32, ["frankenmerge"] = 48, ["stacked-average"] = 40 };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Samples => [.. Directory.EnumerateFiles(Folder, "*.yml").Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "samples", "recipes");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_is_planned_over_models_of_full_size(string name)
    {
        Recipe recipe = Load(name, width: 4096, inner: 14336, keys: 1024, vocabulary: 32000);
        Assert.Empty(recipe.Problems);
        RecipeExplanation explanation = recipe.Explain();
        long expected = 2L * ((2L * 32000 * 4096) + 4096 + (LayersOf[name] * ((2L * 4096 * 4096) + (2L * 1024 * 4096) + (3L * 14336 * 4096) + (2L * 4096))));
        Assert.Equal(expected, explanation.BytesWritten);
        Assert.Equal(3 + (9 * LayersOf[name]), explanation.TensorCount);
        if (new DriveInfo(_folder.Path).AvailableFreeSpace > 2 * FullBytes)
        {
            EditPlan plan = recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default with { Memory = 512 << 20 });
            Assert.InRange(plan.BytesWritten, expected, expected + (1 << 20));
            Assert.InRange(plan.PeakBufferBytes, 1, 512L << 20);
            Assert.False(Directory.Exists(_folder["out"]));
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_runs_over_narrow_models_and_is_made_again(string name)
    {
        Recipe recipe = Load(name, width: 16, inner: 32, keys: 8, vocabulary: 40);
        Manifest manifest = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Checkpoint merged = Checkpoint.Open(_folder["out"]);
        Assert.Equal(3 + (9 * LayersOf[name]), merged.Tensors.Count);
        Assert.All(merged.Tensors, tensor => Assert.All(TestModel.Values(merged, tensor.Name), value => Assert.True(double.IsFinite(value))));
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder["out"], "config.json")))!;
        Assert.Equal(LayersOf[name], config["num_hidden_layers"]!.GetValue<int>());

        Manifest again = await EditExecutor.RunAsync(RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default with { Threads = 1 }));
        Assert.Empty(ManifestReplay.Compare(manifest, again));
    }

    private Recipe Load(string name, int width, int inner, int keys, int vocabulary)
    {
        string recipe = _folder[name + ".yml"];
        File.Copy(Path.Combine(Folder, name + ".yml"), recipe);
        for (int model = 0; model < Models.Length; model++)
        {
            (string Name, int[] Shape)[] tensors = [.. Shapes(width, inner, keys, vocabulary)];
            string folder = _folder[Models[model]];
            _ = Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "config.json"), FormattableString.Invariant($$"""{"architectures": ["MistralForCausalLM"], "model_type": "mistral", "num_hidden_layers": {{Layers}}, "torch_dtype": "bfloat16"}"""));
            WriteModel(Path.Combine(folder, "model.safetensors"), tensors, width < 100 ? model + 1 : null);
        }

        return Recipe.Load(recipe);
    }

    private static IEnumerable<(string Name, int[] Shape)> Shapes(int width, int inner, int keys, int vocabulary)
    {
        yield return ("model.embed_tokens.weight", [vocabulary, width]);
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = FormattableString.Invariant($"model.layers.{layer}.");
            yield return (prefix + "input_layernorm.weight", [width]);
            yield return (prefix + "post_attention_layernorm.weight", [width]);
            yield return (prefix + "self_attn.q_proj.weight", [width, width]);
            yield return (prefix + "self_attn.k_proj.weight", [keys, width]);
            yield return (prefix + "self_attn.v_proj.weight", [keys, width]);
            yield return (prefix + "self_attn.o_proj.weight", [width, width]);
            yield return (prefix + "mlp.gate_proj.weight", [inner, width]);
            yield return (prefix + "mlp.up_proj.weight", [inner, width]);
            yield return (prefix + "mlp.down_proj.weight", [width, inner]);
        }

        yield return ("model.norm.weight", [width]);
        yield return ("lm_head.weight", [vocabulary, width]);
    }

    // A header and as many zeros as it says, which take no room on the disk; or numbers of a seed.
    private static void WriteModel(string path, (string Name, int[] Shape)[] tensors, int? seed)
    {
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long offset = 0;
        foreach ((string name, int[] shape) in tensors)
        {
            long end = offset + (2 * shape.Aggregate(1L, (product, side) => product * side));
            _ = header.Append(CultureInfo.InvariantCulture, $",\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{end}]}}");
            offset = end;
        }

        byte[] text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        byte[] length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        using FileStream file = File.Create(path);
        file.Write(length);
        file.Write(text);
        if (seed is { } start)
        {
            file.Write(TestModel.Encode(DType.BF16, TestModel.Numbers(start, (int)(offset / 2))).Span);
        }
        else
        {
            file.SetLength(length.Length + text.Length + offset);
        }
    }
}
