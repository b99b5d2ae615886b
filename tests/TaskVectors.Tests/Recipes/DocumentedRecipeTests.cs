using System.Text.RegularExpressions;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Merging;
using TaskVectors.Recipes;
using TaskVectors.Tensors;
using TaskVectors.Tests.Merging.Statistics;
using TaskVectors.Tests.Tokenizers;

namespace TaskVectors.Tests.Recipes;

/// <summary>The recipes of the documentation run as they stand there, over small models of the names that they use.</summary>
public sealed partial class DocumentedRecipeTests : IDisposable
{
    private static readonly (string Name, string Model)[] Models =
    [
        ("base", "llama-base"), ("math", "llama-a"), ("code", "llama-b"), ("chat", "llama-c"), ("math-seed-2", "llama-c"),
        ("llama-base", "llama-base"), ("llama-math", "llama-a"), ("llama-code", "llama-b"), ("adapter", "lora-x"),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly StatisticsSandbox _statistics = new();

    public DocumentedRecipeTests()
    {
        foreach ((string name, string model) in Models)
        {
            _ = Directory.CreateSymbolicLink(_folder[name], GoldenPath.Of("merge", "models", model));
        }

        WriteOfSeveralParts("llava-base", "llava-math", "llava-charts");
        foreach (string name in new[] { "math", "code" })
        {
            Checkpoint model = Checkpoint.Open(_folder[name]);
            AddStatistics($"{name}-fisher", StatisticsKind.Fisher, model, tensor => [.. tensor.Shape.Dimensions]);
            AddStatistics($"{name}-gram", StatisticsKind.Gram, model, tensor => tensor.Name.Contains("proj", StringComparison.Ordinal) ? [tensor.Shape[1], tensor.Shape[1]] : []);
        }
    }

    public void Dispose()
    {
        _statistics.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Methods => [.. MergeMethods.All.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task The_example_on_the_page_of_a_method_runs(string name)
    {
        string recipe = Assert.Single(RecipesOf("methods", name + ".md"));
        Assert.Contains($"merge_method: {name}\n", recipe, StringComparison.Ordinal);
        await RunAsync(recipe);
    }

    [Fact]
    public async Task The_examples_of_the_guide_to_recipes_run()
    {
        string[] recipes = [.. RecipesOf("recipes.md")];
        Assert.Equal(3, recipes.Length);
        foreach (string recipe in recipes)
        {
            await RunAsync(recipe);
        }
    }

    [Fact]
    public async Task The_examples_of_the_page_on_vocabularies_run()
    {
        string[] letters = [.. Enumerable.Range('a', 8).Select(letter => ((char)letter).ToString())];
        using var folder = new TemporaryFolder();
        _ = new TokenizedModel { Pieces = letters, Added = ["</s>"] }.Write(folder["llama-base"]);
        _ = new TokenizedModel { Pieces = letters, Added = ["</s>", "<|im_start|>", "<|im_end|>"], Seed = 2 }.Write(folder["llama-chat"]);
        _ = new TokenizedModel { Pieces = letters, Added = ["</s>", "<tool>"], Seed = 3 }.Write(folder["llama-tools"]);
        string[] recipes = [.. RecipesOf("vocabularies.md")];
        string models = recipes[0][..recipes[0].IndexOf("tokenizer_source", StringComparison.Ordinal)];

        // The second is about tokens alone.
        await RunAsync(folder, recipes[0]);
        await RunAsync(folder, models + Assert.Single(recipes[1..]));
    }

    private void WriteOfSeveralParts(params string[] models)
    {
        string[] names = ["vision_tower.vision_model.encoder.layers.0.w", "multi_modal_projector.linear_1.weight", "language_model.model.embed_tokens.weight", .. Enumerable.Range(0, 32).Select(layer => $"language_model.model.layers.{layer}.w")];
        for (int model = 0; model < models.Length; model++)
        {
            TestModel.WriteFile(Path.Combine(_folder[models[model]], "model.safetensors"), [.. names.Select((name, index) => (name, DType.F32, TestModel.Numbers((100 * model) + index, 4)))]);
            File.WriteAllText(Path.Combine(_folder[models[model]], "config.json"), """{"model_type": "llava", "text_config": {"num_hidden_layers": 32}, "vision_config": {"num_hidden_layers": 1}}""");
        }
    }

    // All ones: what is merged is the mean.
    private void AddStatistics(string name, StatisticsKind kind, Checkpoint model, Func<TensorInfo, long[]> shapeOf)
    {
        _ = _statistics.Statistics(name, kind, model, [.. from tensor in model.Tensors let shape = shapeOf(tensor) where shape.Length > 0 select (tensor.Name, shape, Ones(shape, kind))]);
        _ = File.CreateSymbolicLink(_folder[name + ".safetensors"], _statistics[name + ".safetensors"]);
    }

    private static double[] Ones(long[] shape, StatisticsKind kind) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, side) => product * side)).Select(index => kind == StatisticsKind.Fisher || index % (shape[0] + 1) == 0 ? 1.0 : 0)];

    private static IEnumerable<string> RecipesOf(params string[] page)
    {
        string text = File.ReadAllText(Path.Combine([AppContext.BaseDirectory, "docs", .. page])).ReplaceLineEndings("\n");
        return Recipes().Matches(text).Select(match => match.Groups["recipe"].Value);
    }

    private Task RunAsync(string text) => RunAsync(_folder, text);

    private static async Task RunAsync(TemporaryFolder folder, string text)
    {
        string output = folder[Path.GetRandomFileName()];
        await File.WriteAllTextAsync(folder["recipe.yml"], text);
        Recipe recipe = Recipe.Load(folder["recipe.yml"], new RecipeOptions { IsStrict = true });
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(output), EditOptions.Default));
        Checkpoint merged = Checkpoint.Open(output);
        Assert.All(merged.Tensors, tensor => Assert.All(TestModel.Values(merged, tensor.Name), value => Assert.True(double.IsFinite(value), tensor.Name)));
    }

    [GeneratedRegex("```yaml\n(?<recipe>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Recipes();
}
