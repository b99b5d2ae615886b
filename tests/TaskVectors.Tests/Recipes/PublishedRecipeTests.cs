using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Recipes;

/// <summary>Recipes of the kinds that model cards and guides publish are read without a mistake, explained, planned and run; what is idle in them is said.</summary>
public class PublishedRecipeTests
{
    private const string WarningMark = "# warns: ";

    public static TheoryData<string> Recipes =>
        [.. Directory.EnumerateFiles(GoldenPath.Of("recipes-published"), "*.yml").Order(StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task A_published_recipe_runs(string name)
    {
        using var folder = new TemporaryFolder();
        string path = GoldenPath.Of("recipes-published", name + ".yml");
        var recipe = Recipe.Load(path);

        string report = string.Join('\n', recipe.Problems);
        string[] wanted = [.. File.ReadLines(path).Where(line => line.StartsWith(WarningMark, StringComparison.Ordinal)).Select(line => line[WarningMark.Length..])];
        Assert.True(recipe.IsValid, report);
        Assert.True(wanted.Length == recipe.Problems.Count, report);
        Assert.All(wanted, word => Assert.Contains(recipe.Problems, problem => problem.Message.Contains(word, StringComparison.Ordinal)));
        Assert.NotEmpty(recipe.Explain().Merges);

        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder["out"]), EditOptions.Default));
        Checkpoint merged = Checkpoint.Open(folder["out"]);
        Assert.All(merged.Tensors, tensor => Assert.All(TestModel.Values(merged, tensor.Name), value => Assert.True(double.IsFinite(value), tensor.Name)));
    }

    [Theory]
    [InlineData("{model: {model: {path: base}}, parameters: {weight: 1}}", "{model: base, parameters: {weight: 1}}")]
    [InlineData("{model: {model: base, lora: null, override_architecture: null}, parameters: {weight: 1}}", "{model: base, parameters: {weight: 1}}")]
    [InlineData("{model: {path: base}, parameters: {weight: 1}}", "{model: base, parameters: {weight: 1}}")]
    [InlineData("{model: {model: {path: base}, lora: {path: lora}}, parameters: {weight: 1}}", "{model: base+lora, parameters: {weight: 1}}")]
    [InlineData("{model: {model: base, lora: lora}, parameters: {weight: 1}}", "{model: base+lora, parameters: {weight: 1}}")]
    public async Task A_model_written_out_is_the_model_written_as_text(string mapping, string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(await MergeAsync(folder, "mapping", Linear(mapping)), await MergeAsync(folder, "text", Linear(text)));
    }

    [Theory]
    [InlineData("parameters: {normalize: 0.0}", "parameters: {normalize: false}")]
    [InlineData("parameters: {normalize: 1}", "parameters: {normalize: true}")]
    [InlineData("dtype: torch.bfloat16", "dtype: bfloat16")]
    [InlineData("dtype:\nslices:\nbase_model: null\nout_dtype: ~", "x-nothing: 0")]
    public async Task Words_of_other_programs_mean_what_their_plain_forms_mean(string word, string plain)
    {
        using var folder = new TemporaryFolder();
        const string Model = "{model: base, parameters: {weight: 0.3}}";
        Assert.Equal(await MergeAsync(folder, "word", $"{Linear(Model)}\n{word}"), await MergeAsync(folder, "plain", $"{Linear(Model)}\n{plain}"));
    }

    [Fact]
    public async Task A_tokenizer_source_may_stand_behind_the_word_model()
    {
        using var folder = new TemporaryFolder();
        const string Recipe = "merge_method: linear\nmodels: [{model: tok-a, parameters: {weight: 1}}, {model: tok-b, parameters: {weight: 1}}]\ntokenizer_source: ";
        Assert.Equal(await MergeAsync(folder, "prefixed", Recipe + "model:tok-b"), await MergeAsync(folder, "plain", Recipe + "tok-b"));
    }

    [Theory]
    [InlineData("input_model_parameters: {base: {weight: 1}}", "own 'parameters'")]
    [InlineData("random_seed: 7", "--seed")]
    [InlineData("metadata: {author: me}", "x-metadata")]
    [InlineData("gate_mode: hidden", "mixture of experts")]
    [InlineData("base_model: somebody/some-model-7b", "download it")]
    [InlineData("base_model: {model: {pth: base}}", "Did you mean 'path'?")]
    [InlineData("base_model: {lora: base}", "needs 'model'")]
    public void A_key_of_another_tool_is_answered_with_what_to_do(string line, string advice)
    {
        using var folder = new TemporaryFolder();
        Recipe recipe = Load(folder, $"{line}\n{Linear("{model: base, parameters: {weight: 1}}")}");
        Assert.False(recipe.IsValid);
        Assert.Contains(recipe.Problems, problem => problem.Line == 1 && problem.Message.Contains(advice, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_without_a_weight_beside_others_that_have_one_is_a_warning()
    {
        using var folder = new TemporaryFolder();
        Assert.Empty(Load(folder, "merge_method: ties\nbase_model: base\nmodels: [{model: base}, {model: a, parameters: {weight: 0.5}}]").Problems);
        Assert.Empty(Load(folder, "merge_method: ties\nbase_model: base\nmodels: [{model: a}, {model: a/model.safetensors}]").Problems);
        RecipeProblem problem = Assert.Single(Load(folder, "merge_method: ties\nbase_model: base\nmodels:\n- {model: a, parameters: {weight: 0.5}}\n- {model: a/model.safetensors}").Problems);
        Assert.Equal((RecipeSeverity.Warning, 5), (problem.Severity, problem.Line));
        Assert.Contains("takes the default, 1", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slerp", "int8_mask: true")]
    [InlineData("passthrough", "normalize: 1.0")]
    [InlineData("linear", "embed_slerp: true")]
    public void An_idle_switch_is_a_warning_and_an_error_where_warnings_are(string method, string parameter)
    {
        using var folder = new TemporaryFolder();
        string text = $"merge_method: {method}\nmodels: [{{model: base}}{(method == "slerp" ? ", {model: a}" : string.Empty)}]\nbase_model: base\nparameters:\n  {parameter}\n  {(method == "slerp" ? "t: 0.5" : method == "linear" ? "weight: 1" : "scale: 1")}\n";
        RecipeProblem problem = Load(folder, text).Problems.Single(candidate => candidate.Line == 5);
        Assert.Equal(RecipeSeverity.Warning, problem.Severity);
        Assert.Contains("does nothing under " + method, problem.Message, StringComparison.Ordinal);
        Assert.False(Recipe.Load(folder["recipe.yml"], new RecipeOptions { IsStrict = true }).IsValid);
    }

    [Fact]
    public async Task Relatives_whose_layers_have_the_same_tensors_are_merged_with_a_warning()
    {
        using var folder = new TemporaryFolder();
        _ = Load(folder, "merge_method: linear");
        _ = Directory.CreateDirectory(folder["relative"]);
        File.Copy(folder["a/model.safetensors"], folder["relative/model.safetensors"]);
        string config = (await File.ReadAllTextAsync(folder["a/config.json"])).Replace("LlamaForCausalLM", "MistralForCausalLM", StringComparison.Ordinal).Replace("\"llama\"", "\"mistral\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["relative/config.json"], config);

        RecipeProblem problem = Assert.Single(Load(folder, Linear("{model: base, parameters: {weight: 1}}").Replace("model: a,", "model: relative,", StringComparison.Ordinal)).Problems);
        Assert.Equal(RecipeSeverity.Warning, problem.Severity);
        Assert.Contains("LlamaForCausalLM (base) and MistralForCausalLM (relative)", problem.Message, StringComparison.Ordinal);
        Assert.Equal(
            await MergeAsync(folder, "same", Linear("{model: base, parameters: {weight: 1}}")),
            await MergeAsync(folder, "relatives", Linear("{model: base, parameters: {weight: 1}}").Replace("model: a,", "model: relative,", StringComparison.Ordinal)));
    }

    private static string Linear(string model) => $"merge_method: linear\nmodels: [{model}, {{model: a, parameters: {{weight: 0.5}}}}]";

    private static Recipe Load(TemporaryFolder folder, string text)
    {
        foreach ((string name, string source) in new[] { ("base", "llama-base"), ("a", "llama-a"), ("lora", "lora-x"), ("tok-a", "tok-a"), ("tok-b", "tok-b") })
        {
            if (!Directory.Exists(folder[name]))
            {
                _ = Directory.CreateSymbolicLink(folder[name], GoldenPath.Of("merge", "models", source));
            }
        }

        File.WriteAllText(folder["recipe.yml"], text);
        return Recipe.Load(folder["recipe.yml"]);
    }

    private static async Task<byte[]> MergeAsync(TemporaryFolder folder, string output, string text)
    {
        Recipe recipe = Load(folder, text);
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder[output]), EditOptions.Default));
        return await File.ReadAllBytesAsync(folder[$"{output}/model.safetensors"]);
    }
}
