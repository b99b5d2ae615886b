using TaskVectors.Algebra;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>Recipes over small models; expected numbers are worked out by hand and exact in F32.</summary>
public class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RecipeTests()
    {
        Write("base", 0);
        Write("a", 4);
        Write("b", 8);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Numbers in quotes are numbers, as mergekit has it.</summary>
    [Theory]
    [InlineData("[0, 1]")]
    [InlineData("[0e-1, 1]")]
    [InlineData("['0', \"1\"]")]
    public async Task A_gradient_runs_over_the_layers_and_filters_choose_by_part_of_the_name(string gradient)
    {
        Checkpoint merged = await Merge($$"""
            merge_method: linear
            parameters: {normalize: false}
            models:
              - model: a.safetensors
                parameters: {weight: [{filter: norm, value: 1}, {value: {{gradient}}}]}
              - model: b.safetensors
                parameters: {weight: 5e-1}
            """);
        Assert.Equal([4, 4], TestModel.Values(merged, "model.layers.0.w"));
        Assert.Equal([6, 6], TestModel.Values(merged, "model.layers.1.w"));
        Assert.Equal([8, 8], TestModel.Values(merged, "model.layers.2.w"));
        Assert.Equal([8, 8], TestModel.Values(merged, "model.norm.weight"));
    }

    [Fact]
    public void A_list_of_words_is_no_gradient()
    {
        Recipe recipe = Load("merge_method: linear\nmodels: [{model: a.safetensors, parameters: {weight: ['0.1', 'half']}}, {model: b.safetensors, parameters: {weight: 1}}]");
        Assert.Contains(recipe.Problems, problem => problem.Message == "'weight' must be a finite number, got 'half'.");
    }

    [Fact]
    public async Task Slices_stack_layers_of_models_and_a_document_uses_another()
    {
        Checkpoint merged = await Merge("""
            name: mean
            merge_method: linear
            models:
              - {model: a.safetensors, parameters: {weight: 1}}
              - {model: b.safetensors, parameters: {weight: 1}}
            ---
            merge_method: linear
            slices:
              - sources: [{model: mean, layer_range: [0, 2], parameters: {weight: 1}}]
              - sources: [{model: a.safetensors, layer_range: [0, 2], parameters: {weight: 1}}]
            """);
        Assert.Equal([6, 6], TestModel.Values(merged, "model.layers.1.w"));
        Assert.Equal([4, 4], TestModel.Values(merged, "model.layers.3.w"));
    }

    [Fact]
    public async Task A_variant_leaves_the_base_out_of_the_models_without_a_warning()
    {
        // The base is 0: it has no direction, but would count in the mean norm.
        Checkpoint merged = await Merge("""
            merge_method: karcher
            base_model: base.safetensors
            parameters: {variant: paper}
            models: [{model: a.safetensors}, {model: b.safetensors}]
            """);
        Assert.Equal([6, 6], TestModel.Values(merged, "model.layers.0.w").Select(value => Math.Round(value, 5)));
    }

    [Fact]
    public void Every_mistake_is_in_one_report_with_its_line()
    {
        Recipe recipe = Load("""
            merge_method: tiess
            base_modle: base.safetensors
            models:
              - model: x.safetensors
                parameters: {weight: a}
            dtype: float8
            """);
        Assert.Equal([1, 2, 4, 5, 6], recipe.Problems.Select(problem => problem.Line));
        Assert.Contains("'ties'", recipe.Problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("'base_model'", recipe.Problems[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &a [*a]\nmerge_method: linear", "'*a'")]
    [InlineData("merge_method: linear\nmodels:\n  - {model: !!python/x a}", "tag")]
    [InlineData("merge_method: linear\nmodels:\n\t- model: a", "tab")]
    [InlineData("# nothing", "empty")]
    [InlineData("- a", "mapping")]
    public void Hostile_or_broken_text_is_an_error_that_says_why(string text, string word)
    {
        Recipe recipe = Load(text);
        Assert.False(recipe.IsValid);
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private Task<Checkpoint> Merge(string text) => RecipeText.MergeAsync(_folder, text);

    private void Write(string name, double value) => TestModel.WriteFile(
        _folder[name + ".safetensors"],
        [.. new[] { "model.embed_tokens.weight", "model.layers.0.w", "model.layers.1.w", "model.layers.2.w", "model.norm.weight" }.Select(tensor => (tensor, DType.F32, new[] { value, value }))]);
}
