using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>Slices that merge different numbers of models; expected numbers are worked out by hand and exact in F32.</summary>
public sealed class RecipeSliceTests : IDisposable
{
    private static readonly string[] Names =
        ["model.embed_tokens.weight", "model.layers.0.w", "model.layers.1.w", "model.layers.2.w", "model.norm.weight", "lm_head.weight"];

    private readonly TemporaryFolder _folder = new();

    public RecipeSliceTests()
    {
        Write("base", 0);
        Write("a", 100);
        Write("b", 200);
        Write("c", 400);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Slices_of_one_two_and_three_models_are_stacked()
    {
        Checkpoint merged = await Merge("""
            merge_method: linear
            parameters: {weight: 1}
            slices:
              - sources: [{model: a.safetensors, layer_range: [0, 1]}, {model: b.safetensors, layer_range: [1, 2]}]
              - sources: [{model: a.safetensors, layer_range: [1, 3]}]
              - sources: [{model: a.safetensors, layer_range: [0, 1]}, {model: b.safetensors, layer_range: [0, 1]}, {model: c.safetensors, layer_range: [2, 3], parameters: {weight: 2}}]
              - sources: [{model: c.safetensors, layer_range: [0, 1]}]
              - sources: [{model: b.safetensors, layer_range: [2, 3]}, {model: c.safetensors, layer_range: [1, 2]}]
            """);
        Assert.Equal(9, merged.Tensors.Count);
        Assert.Equal([150, 150], TestModel.Values(merged, "model.embed_tokens.weight"));
        Assert.Equal([(101 + 202) / 2.0, (101 + 202) / 2.0], TestModel.Values(merged, "model.layers.0.w"));
        Assert.Equal([102, 102], TestModel.Values(merged, "model.layers.1.w"));
        Assert.Equal([103, 103], TestModel.Values(merged, "model.layers.2.w"));
        Assert.Equal([(101 + 201 + (2 * 403)) / 4.0, (101 + 201 + (2 * 403)) / 4.0], TestModel.Values(merged, "model.layers.3.w"));
        Assert.Equal([401, 401], TestModel.Values(merged, "model.layers.4.w"));
        Assert.Equal([(203 + 402) / 2.0, (203 + 402) / 2.0], TestModel.Values(merged, "model.layers.5.w"));
        Assert.Equal([(204 + 404) / 2.0, (204 + 404) / 2.0], TestModel.Values(merged, "model.norm.weight"));
        Assert.Equal(Names[^1], merged.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal).First());
    }

    [Fact]
    public async Task A_slice_of_the_base_alone_is_copied_where_the_method_merges_task_vectors()
    {
        Checkpoint merged = await Merge("""
            merge_method: task_arithmetic
            base_model: base.safetensors
            slices:
              - sources: [{model: base.safetensors, layer_range: [0, 1]}, {model: a.safetensors, layer_range: [0, 1], parameters: {weight: 0.5}}]
              - sources: [{model: base.safetensors, layer_range: [0, 2]}]
              - sources: [{model: base.safetensors, layer_range: [2, 3]}, {model: b.safetensors, layer_range: [2, 3], parameters: {weight: [9, 0.25]}}]
            """);
        Assert.Equal([50, 50], TestModel.Values(merged, "model.embed_tokens.weight"));
        Assert.Equal([51, 51], TestModel.Values(merged, "model.layers.0.w"));
        Assert.Equal([1, 1], TestModel.Values(merged, "model.layers.1.w"));
        Assert.Equal([2, 2], TestModel.Values(merged, "model.layers.2.w"));
        Assert.Equal([53, 53], TestModel.Values(merged, "model.layers.3.w"));
        Assert.Equal([4 + (9 * 200), 4 + (9 * 200)], TestModel.Values(merged, "model.norm.weight"));
    }

    [Fact]
    public void A_filter_is_looked_for_in_all_slices_and_a_mistake_in_every_part_is_reported()
    {
        Recipe recipe = Load("""
            merge_method: linear
            parameters: {weight: [{filter: norm, value: 1}, {filter: embed, value: 2}, {value: 1}]}
            slices:
              - sources: [{model: a.safetensors, layer_range: [0, 9]}]
              - sources: [{model: a.safetensors, layer_range: [0, 1]}, {model: b.safetensors, layer_range: [0, 1]}]
              - sources: [{model: a.safetensors, layer_range: [2, 5]}, {model: b.safetensors, layer_range: [2, 5]}]
            """);
        Assert.Equal([4, 6, 6], recipe.Problems.Select(problem => problem.Line));
        Assert.All(recipe.Problems, problem => Assert.Contains("outside", problem.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tensors_left_alone_are_those_of_the_first_source_of_each_slice()
    {
        Checkpoint merged = await Merge(
            """
            merge_method: linear
            parameters: {weight: 1}
            slices:
              - sources: [{model: a.safetensors, layer_range: [0, 1]}, {model: b.safetensors, layer_range: [1, 2]}]
              - sources: [{model: c.safetensors, layer_range: [1, 2]}]
            """,
            EditOptions.Default with { Filter = new TensorFilter([NamePattern.FromString("lm_head")], []) });
        Assert.Equal([405, 405], TestModel.Values(merged, "lm_head.weight"));
        Assert.Equal([100, 100], TestModel.Values(merged, "model.embed_tokens.weight"));
        Assert.Equal([101, 101], TestModel.Values(merged, "model.layers.0.w"));
    }

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private Task<Checkpoint> Merge(string text, EditOptions? options = null) => RecipeText.MergeAsync(_folder, text, options);

    // The value of a tensor is the model's number plus its place among the names.
    private void Write(string name, double value) => TestModel.WriteFile(
        _folder[name + ".safetensors"], [.. Names.Select((tensor, index) => (tensor, DType.F32, new[] { value + index, value + index }))]);
}
