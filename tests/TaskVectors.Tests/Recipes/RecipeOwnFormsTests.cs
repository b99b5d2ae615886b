using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Explaining;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>The keys beyond mergekit's, and references to models; expected numbers are worked out by hand and exact in F32.</summary>
public sealed class RecipeOwnFormsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RecipeOwnFormsTests()
    {
        foreach ((string name, double value) in new[] { ("base", 2.0), ("a", 6), ("b", 10) })
        {
            TestModel.WriteFile(
                Path.Combine(_folder[name], "model.safetensors"),
                [.. new[] { "model.embed_tokens.weight", "model.layers.0.mlp.w", "model.layers.1.mlp.w" }.Select(tensor => (tensor, DType.F32, new[] { value, -value }))]);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_expression_stands_over_the_models_names()
    {
        Checkpoint merged = await Merge("""
            base_model: base
            models: [{model: a}, {model: b, name: other}]
            expression: base + 0.5*(a - base) + only(0.25*(other - base), "mlp")
            """);
        Assert.Equal([4, -4], TestModel.Values(merged, "model.embed_tokens.weight"));
        Assert.Equal([6, -6], TestModel.Values(merged, "model.layers.1.mlp.w"));
    }

    [Fact]
    public async Task Coefficients_are_those_of_task_vectors_and_have_gradients_and_filters()
    {
        Checkpoint merged = await Merge("""
            base_model: base
            models: [{model: a}, {model: b, name: other}]
            coefficients:
              a: [0.5, 1]
              other: [{filter: embed, value: -1}, {value: 0.25}]
            """);
        Assert.Equal([-4, 4], TestModel.Values(merged, "model.embed_tokens.weight"));
        Assert.Equal([6, -6], TestModel.Values(merged, "model.layers.0.mlp.w"));
        Assert.Equal([8, -8], TestModel.Values(merged, "model.layers.1.mlp.w"));
    }

    [Fact]
    public async Task A_decomposition_with_components_is_the_method_of_that_name()
    {
        const string models = "base_model: base\nmodels: [{model: a}, {model: b}]\n";
        Checkpoint own = await Merge(models + "decompose: {alpha: 0.5}\ncomponents: {shared: 0.25, unique: 0.5}\n");
        double[] values = TestModel.Values(own, "model.layers.0.mlp.w");
        Directory.Delete(_folder["out"], recursive: true);
        Checkpoint named = await Merge(models + "merge_method: decomposed\nparameters: {alpha: 0.5, shared: 0.25, unique: 0.5}\n");
        Assert.Equal(values, TestModel.Values(named, "model.layers.0.mlp.w"));
        Assert.NotEqual(2, values[0]);
    }

    [Fact]
    public async Task A_revision_is_passed_over_with_a_warning_and_a_task_vector_is_added()
    {
        _ = await (Checkpoint.Open(_folder["b"]) - Checkpoint.Open(_folder["a"])).SaveAsync(_folder["b-a.safetensors"]);
        const string text = "merge_method: linear\nmodels:\n  - {model: a@main+b-a.safetensors, parameters: {weight: 1}}\n";
        Recipe recipe = Load(text);
        RecipeProblem problem = Assert.Single(recipe.Problems);
        Assert.Equal(RecipeSeverity.Warning, problem.Severity);
        Assert.Contains("'main'", problem.Message, StringComparison.Ordinal);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Assert.Equal([10, -10], TestModel.Values(Checkpoint.Open(_folder["out"]), "model.layers.0.mlp.w"));
        Assert.Empty(ManifestReplay.Compare(
            Manifest.Load(OutputTarget.FindManifest(_folder["out"])),
            await EditExecutor.RunAsync(RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default))));
    }

    [Fact]
    public void The_current_folder_is_looked_in_after_the_recipes_own()
    {
        _ = Directory.CreateDirectory(_folder["recipes"]);
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), _folder["a"]);
        File.WriteAllText(Path.Combine(_folder["recipes"], "r.yml"), $"merge_method: linear\nmodels:\n  - {{model: '{relative}', parameters: {{weight: 1}}}}\n");
        Assert.Empty(Recipe.Load(Path.Combine(_folder["recipes"], "r.yml")).Problems);
    }

    [Theory]
    [InlineData("components: {shared: 1}\nmerge_method: linear", "'decompose'")]
    [InlineData("expression: a - b", "task vector")]
    [InlineData("expression: a + c", "'c'")]
    [InlineData("coefficients: {a: 1, d: 2}", "'d'")]
    [InlineData("decompose: {tua: 0.5}", "'tua'")]
    [InlineData("decompose: {}\ncomponents: {uniqe: 1}", "'unique'")]
    [InlineData("decompose: {}\nexpression: a", "Give one of")]
    [InlineData("tune: {}\nexpression: a", "'tune'")]
    [InlineData("expression: a\nparameters: {weight: 1}", "no meaning")]
    [InlineData("merge_method: linear\ndtype: float32\nname: yes", "quote it")]
    public void A_mistake_in_them_is_reported(string text, string words)
    {
        Recipe recipe = Load("base_model: base\nmodels: [{model: a}, {model: b}]\n" + text + "\n");
        Assert.False(recipe.IsValid);
        Assert.Contains(recipe.Problems, problem => problem.Line >= 3 && problem.Message.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void A_mistake_in_one_document_hides_none_in_another()
    {
        Recipe recipe = Load("""
            name: one
            merge_method: linear
            models: [{model: missing, parameters: {weight: 1}}]
            ---
            name: two
            merge_method: linear
            models: [{model: a, parameters: {weight: x}}]
            ---
            merge_method: linear
            models:
              - {model: one, parameters: {weight: 1}}
              - {model: two, parameters: {weight: 1}}
              - {model: gone, parameters: {wieght: 1}}
            """);
        Assert.Equal([3, 7, 13, 13], recipe.Problems.Select(problem => problem.Line));
    }

    [Theory]
    [InlineData(-0.9, "grow 10 times")]
    [InlineData(-0.5, null)]
    public void Weights_that_nearly_cancel_are_warned_of_with_their_sum(double second, string? words)
    {
        Recipe recipe = Load(FormattableString.Invariant($"merge_method: linear\nmodels:\n  - {{model: a, parameters: {{weight: 1}}}}\n  - {{model: b, parameters: {{weight: {second}}}}}\n"));
        Assert.True(recipe.IsValid);
        Assert.Equal(words is null ? 0 : 1, recipe.Problems.Count(problem => problem.Message.Contains(words ?? "sum", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_explanation_names_groups_of_tensors_by_layers_and_modules()
    {
        RecipeExplanation explanation = Load("""
            merge_method: linear
            models:
              - {model: a, parameters: {weight: [{filter: mlp, value: [0, 0.123456789]}, {value: 3}]}}
              - {model: b, parameters: {weight: 1}}
            """).Explain();
        ExplainedMerge merge = Assert.Single(explanation.Merges);
        Assert.Equal(["model.embed_tokens.weight", "layer 0", "layer 1"], merge.Parameters.Select(group => group.Tensors));
        Assert.Equal(["[3, 1]", "[0, 1]", "[0.123457, 1]"], merge.Parameters.Select(group => group.Values["weight"]));
        Assert.Equal(2 * 3 * 8, explanation.BytesRead);
        Assert.Equal(3 * 8, explanation.BytesWritten);
    }

    [Fact]
    public void A_file_that_is_far_too_large_is_refused_unread()
    {
        using (FileStream file = File.Create(_folder["large.yml"]))
        {
            file.SetLength(1L << 33);
        }

        RecipeException error = Assert.Throws<RecipeException>(() => Recipe.Load(_folder["large.yml"]));
        Assert.Contains("at most", error.Message, StringComparison.Ordinal);
    }

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private Task<Checkpoint> Merge(string text) => RecipeText.MergeAsync(_folder, text);
}
