using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Recipes;

/// <summary>The output of a recipe carries all that is needed to check it and to make it again.</summary>
public sealed class RecipeReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Recipes =>
        ["ties-filter-density", "linear-slices", "linear-gpt2", "linear-qwen2-mixed-tie", "lora-reference", "dare-ties-d05", "linear-sharded", "linear-bf16-out-float32", "task-arithmetic-slices-base", "multi-document", "passthrough-scale", "slerp-gradient-filters", "della", "tokenizer-union-base", "tokenizer-pad", "chat-template-auto"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task An_output_is_made_again_to_the_byte(string name)
    {
        Manifest manifest = await Merge(GoldenPath.Of("merge", name, "recipe.yml"), EditOptions.Default with { Seed = 7, ShardSize = 40_000 });
        Assert.Equal(await File.ReadAllTextAsync(GoldenPath.Of("merge", name, "recipe.yml")), manifest.Recipe!.Text);
        Assert.True(OutputVerifier.Verify(_folder["out"], null, CancellationToken.None).IsGood);

        EditPlan plan = RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default with { Threads = 1 });
        Manifest remade = await EditExecutor.RunAsync(plan);
        Assert.Empty(ManifestReplay.Compare(manifest, remade));
        Assert.Equal(manifest.Files.Select(file => file.Path), remade.Files.Select(file => file.Path));
        Assert.All(manifest.Files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["out"], file.Path)), File.ReadAllBytes(Path.Combine(_folder["again"], file.Path))));
    }

    [Fact]
    public async Task The_manifest_holds_the_values_of_every_tensor_with_defaults()
    {
        Manifest manifest = await Merge(GoldenPath.Of("merge", "linear-gradient", "recipe.yml"), EditOptions.Default);
        ManifestMerge merge = Assert.Single(manifest.Recipe!.Merges);
        Assert.Equal("linear", merge.Method);
        Assert.Equal("llama-a, llama-b", string.Join(", ", merge.Models));
        Assert.Equal(manifest.Tensors.Select(tensor => tensor.Name).Order(), merge.Parameters.SelectMany(bound => bound.Tensors).Order());
        ManifestParameters first = Assert.Single(merge.Parameters, bound => bound.Tensors.Contains("model.layers.0.mlp.up_proj.weight"));
        Assert.Equal("[0, 1]", first.Values["weight"]);
        Assert.Equal("true", first.Values["normalize"]);
        Assert.Contains("model.embed_tokens.weight", first.Tensors);
        ManifestParameters last = Assert.Single(merge.Parameters, bound => bound.Tensors.Contains("model.layers.3.mlp.up_proj.weight"));
        Assert.Equal("[1, 0]", last.Values["weight"]);
    }

    [Fact]
    public async Task Documents_that_build_on_each_other_are_made_again()
    {
        string Model(string name) => GoldenPath.Of("merge", "models", name);
        await File.WriteAllTextAsync(_folder["recipe.yml"], $$$"""
            name: mean
            merge_method: linear
            parameters: {weight: 1}
            models: [{model: '{{{Model("llama-a")}}}'}, {model: '{{{Model("llama-b")}}}'}]
            out_dtype: bfloat16
            ---
            merge_method: task_arithmetic
            base_model: {{{Model("llama-base")}}}
            models: [{model: mean, parameters: {weight: [0.1, 0.9]}}]
            dtype: float32
            """);
        Manifest manifest = await Merge(_folder["recipe.yml"], EditOptions.Default);
        Assert.Equal("mean: linear, : task_arithmetic", string.Join(", ", manifest.Recipe!.Merges.Select(merge => $"{merge.Document}: {merge.Method}")));
        Manifest remade = await EditExecutor.RunAsync(RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default));
        Assert.Empty(ManifestReplay.Compare(manifest, remade));
        Assert.Equal(manifest.Files, remade.Files.AsEnumerable());
    }

    [Fact]
    public async Task A_changed_model_is_an_error_before_anything_is_written()
    {
        string model = _folder["a"];
        _ = Directory.CreateDirectory(model);
        File.Copy(GoldenPath.Of("merge", "models", "llama-a", "model.safetensors"), Path.Combine(model, "model.safetensors"));
        await File.WriteAllTextAsync(_folder["recipe.yml"], "merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 1}}\n");
        _ = await Merge(_folder["recipe.yml"], EditOptions.Default);

        File.Copy(GoldenPath.Of("merge", "models", "llama-b", "model.safetensors"), Path.Combine(model, "model.safetensors"), overwrite: true);
        EditException error = Assert.Throws<EditException>(() => RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.False(Directory.Exists(_folder["again"]));
    }

    [Fact]
    public async Task Values_that_are_no_longer_those_recorded_are_an_error_that_names_them()
    {
        _ = await Merge(GoldenPath.Of("merge", "linear-normalize", "recipe.yml"), EditOptions.Default);
        string manifest = Path.Combine(_folder["out"], OutputTarget.ManifestFileName);
        string text = await File.ReadAllTextAsync(manifest);
        Assert.Contains("\"normalize\": \"true\"", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, text.Replace("\"normalize\": \"true\"", "\"normalize\": \"false\"", StringComparison.Ordinal));
        EditException error = Assert.Throws<EditException>(() => RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default));
        Assert.Contains("normalize false", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"merges\"", "\"mergers\"")]
    [InlineData("\"method\": \"linear\"", "\"method\": null")]
    [InlineData("\"tensors\": [", "\"tensors\": null, \"x\": [")]
    public async Task A_manifest_with_half_a_recipe_is_refused(string part, string instead)
    {
        _ = await Merge(GoldenPath.Of("merge", "linear-normalize", "recipe.yml"), EditOptions.Default);
        string manifest = Path.Combine(_folder["out"], OutputTarget.ManifestFileName);
        string text = await File.ReadAllTextAsync(manifest);
        Assert.Contains(part, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(manifest, text.Replace(part, instead, StringComparison.Ordinal));
        EditException error = Assert.Throws<EditException>(() => RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default));
        Assert.Equal(EditError.InvalidManifest, error.Error);
    }

    private async Task<Manifest> Merge(string recipe, EditOptions options) =>
        await EditExecutor.RunAsync(Recipe.Load(recipe).Plan(new OutputTarget(_folder["out"]), options));
}
