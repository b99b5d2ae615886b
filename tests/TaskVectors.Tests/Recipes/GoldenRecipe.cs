using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>A recipe that another program (mergekit 0.1.5) has run, and what came out.</summary>
internal sealed class GoldenRecipe
{
    private readonly string _name;
    private readonly JsonObject _case;

    public GoldenRecipe(string name)
    {
        _name = name;
        _case = JsonNode.Parse(File.ReadAllText(GoldenPath.Of("merge", name, "case.json")))!.AsObject();
    }

    /// <summary>
    /// The names of the cases, by whether their method draws random numbers. Those with a tokenizer are compared token by token elsewhere.
    /// </summary>
    public static IEnumerable<string> Names(bool areRandom) =>
        from folder in Directory.EnumerateDirectories(GoldenPath.Of("merge")).Order(StringComparer.Ordinal)
        where File.Exists(Path.Combine(folder, "recipe.yml")) && !File.Exists(Path.Combine(folder, "tokenizer.json"))
        let golden = new GoldenRecipe(Path.GetFileName(folder))
        where golden.IsRandom == areRandom
        select golden._name;

    public string RecipePath => GoldenPath.Of("merge", _name, "recipe.yml");

    public string Method => _case["method"]!.GetValue<string>();

    public bool IsRandom => _case["random"]!.GetValue<bool>();

    public double Tolerance => _case["tolerance"]!["rel"]!.GetValue<double>();

    public JsonObject Config => _case["config"]!.AsObject();

    /// <summary>For a random method and each tensor: figures of output minus base over 40 seeds.</summary>
    public JsonObject Statistics => _case["statistics"]!["per_tensor"]!.AsObject();

    public Checkpoint Expected => Checkpoint.Open(GoldenPath.Of("merge", _name, "expected.safetensors"));

    public DType ExpectedDType => DTypes.TryParse(_case["expected_dtype"]!.GetValue<string>(), out DType dtype) ? dtype : throw new JsonException("expected_dtype");

    /// <summary>The options of the run, as this program has them.</summary>
    public EditOptions Options()
    {
        string[] words = [.. _case["options"]!.AsArray().Select(word => word!.GetValue<string>())];
        int shard = Array.IndexOf(words, "--out-shard-size");
        return shard < 0 ? EditOptions.Default : EditOptions.Default with { ShardSize = long.Parse(words[shard + 1], System.Globalization.CultureInfo.InvariantCulture) };
    }

    /// <summary>Runs the recipe file itself.</summary>
    public async Task<Checkpoint> RunAsync(string output, EditOptions options)
    {
        Recipe recipe = Recipe.Load(RecipePath);
        Assert.DoesNotContain(recipe.Problems, problem => problem.Severity == RecipeSeverity.Error);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(output), options));
        return Checkpoint.Open(output);
    }

    /// <summary>Compares all tensors by the tolerance of the case, elements marked as fragile left out.</summary>
    public void RequireAgreement(Checkpoint actual)
    {
        Assert.Equal(Expected.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), actual.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.All(Expected.Tensors, tensor => RequireAgreement(tensor.Name, actual));
    }

    private void RequireAgreement(string tensor, Checkpoint actual)
    {
        double[] wanted = TestModel.Values(Expected, tensor);
        double[] got = TestModel.Values(actual, tensor);
        Agreement.Require(tensor, wanted, got, Tolerance, Fragile(tensor, wanted.Length));
    }

    private byte[] Fragile(string tensor, int count)
    {
        string path = GoldenPath.Of("merge", _name, "fragile.safetensors");
        if (!File.Exists(path) || !Checkpoint.Open(path).Base.TryGetTensor(tensor, out _))
        {
            return new byte[count];
        }

        byte[] bytes = TestModel.Bytes(Checkpoint.Open(path), tensor);
        Assert.Equal(count, bytes.Length);
        return bytes;
    }
}
