using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>Models of many kinds merge: what is asked of their architecture is where the layers are, and only where that is asked.</summary>
public sealed class ArchitectureTests : IDisposable
{
    private static readonly Dictionary<string, string[]> Kinds = new()
    {
        ["bert"] = ["bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.1.attention.self.query.weight", "bert.encoder.layer.2.attention.self.query.weight", "bert.pooler.dense.weight"],
        ["t5"] = ["shared.weight", "encoder.block.0.layer.0.SelfAttention.q.weight", "encoder.block.1.layer.0.SelfAttention.q.weight", "encoder.block.2.layer.0.SelfAttention.q.weight", "decoder.block.0.layer.1.EncDecAttention.q.weight", "decoder.block.1.layer.1.EncDecAttention.q.weight", "decoder.block.2.layer.1.EncDecAttention.q.weight", "decoder.final_layer_norm.weight"],
        ["vit"] = ["vit.embeddings.cls_token", "vit.encoder.layer.0.output.dense.weight", "vit.encoder.layer.1.output.dense.weight", "vit.encoder.layer.2.output.dense.weight", "vit.layernorm.weight", "classifier.weight"],
        ["timm"] = ["cls_token", "pos_embed", "blocks.0.mlp.fc1.weight", "blocks.1.mlp.fc1.weight", "blocks.2.mlp.fc1.weight", "head.weight"],
        ["unknown"] = ["stem.weight", "body.layers.0.w", "body.layers.1.w", "body.layers.2.w", "out.weight"],
        ["mamba"] = ["backbone.embeddings.weight", "backbone.layers.0.mixer.in_proj.weight", "backbone.layers.1.mixer.in_proj.weight", "backbone.layers.2.mixer.in_proj.weight", "backbone.norm_f.weight"],
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Kinds.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_model_merges_whole_with_a_gradient_over_each_of_its_stacks(string kind)
    {
        Write("base", kind, 0);
        Write("a", kind, 8);
        Write("b", kind, 4);
        Checkpoint merged = await Merge("""
            merge_method: task_arithmetic
            base_model: base
            models:
              - {model: a, parameters: {weight: [0, 1]}}
              - {model: b, parameters: {weight: 0.5}}
            """);
        Assert.Equal(Kinds[kind].Length, merged.Tensors.Count);
        Assert.All(Kinds[kind], name => Assert.Equal(2 + (4 * LayerOf(name)), TestModel.Values(merged, name)[0]));
    }

    [Fact]
    public void Layers_of_a_model_with_two_stacks_are_not_sliced_and_the_message_says_why()
    {
        Write("a", "t5", 1);
        Recipe recipe = Load("""
            merge_method: linear
            slices:
              - sources: [{model: a, layer_range: [0, 2], parameters: {weight: 1}}]
            """);
        RecipeProblem problem = Assert.Single(recipe.Problems);
        Assert.Contains("3 in encoder.block", problem.Message, StringComparison.Ordinal);
        Assert.Contains("3 in decoder.block", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_model_of_a_multi_modal_one_is_sliced_and_the_rest_taken_along()
    {
        string[] names = ["model.language_model.embed_tokens.weight", "model.language_model.layers.0.w", "model.language_model.layers.1.w", "model.vision_tower.encoder.layers.0.w", "model.vision_tower.encoder.layers.1.w", "model.vision_tower.encoder.layers.2.w", "lm_head.weight"];
        WriteNames("a", names, 4);
        await File.WriteAllTextAsync(Path.Combine(_folder["a"], "config.json"), """{"model_type": "gemma3", "text_config": {"num_hidden_layers": 2, "dtype": "float32"}, "vision_config": {"num_hidden_layers": 3}}""");
        Checkpoint merged = await Merge("""
            merge_method: linear
            parameters: {weight: 1}
            slices:
              - sources: [{model: a, layer_range: [0, 2]}]
              - sources: [{model: a, layer_range: [1, 2]}]
            """);
        Assert.Equal(8, merged.Tensors.Count);
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder["out"], "config.json")))!;
        Assert.Equal(3, config["text_config"]!["num_hidden_layers"]!.GetValue<int>());
        Assert.Equal(3, config["vision_config"]!["num_hidden_layers"]!.GetValue<int>());
        Assert.Contains(merged.Tensors, tensor => tensor.Name == "model.language_model.layers.2.w");
    }

    [Theory]
    [InlineData(false, false, 5)]
    [InlineData(true, true, 6)]
    [InlineData(true, false, 6)]
    public async Task A_head_is_written_where_the_model_that_gives_the_config_stores_one(bool isFirstStored, bool isSecondStored, int count)
    {
        string[] tied = ["model.embed_tokens.weight", "model.layers.0.w", "model.layers.1.w", "model.layers.2.w", "model.norm.weight"];
        WriteNames("a", isFirstStored ? [.. tied, "lm_head.weight"] : tied, 4);
        WriteNames("b", isSecondStored ? [.. tied, "lm_head.weight"] : tied, 8);
        foreach (string model in new[] { "a", "b" })
        {
            await File.WriteAllTextAsync(Path.Combine(_folder[model], "config.json"), """{"model_type": "llama", "tie_word_embeddings": true, "num_hidden_layers": 3}""");
        }

        Checkpoint merged = await Merge("""
            merge_method: linear
            parameters: {weight: 1}
            models: [{model: a}, {model: b}]
            """);
        Assert.Equal(count, merged.Tensors.Count);
        Assert.All(merged.Tensors, tensor => Assert.Equal([6, 6], TestModel.Values(merged, tensor.Name)));
    }

    // The first number in a name is its layer's; what has none takes the first anchor, as layer 0 does.
    private static int LayerOf(string name) => name.Split('.').Select(part => int.TryParse(part, out int number) ? number : (int?)null).FirstOrDefault(number => number is not null) ?? 0;

    [Fact]
    public async Task A_stored_head_is_left_out_with_a_warning_where_the_config_ties_it()
    {
        string[] tied = ["model.embed_tokens.weight", "model.layers.0.w"];
        WriteNames("a", tied, 4);
        WriteNames("b", [.. tied, "lm_head.weight"], 8);
        await File.WriteAllTextAsync(Path.Combine(_folder["a"], "config.json"), """{"model_type": "llama", "tie_word_embeddings": true, "num_hidden_layers": 1}""");
        Recipe recipe = Load("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: a}, {model: b}]\n");
        RecipeProblem warning = Assert.Single(recipe.Problems);
        Assert.Equal(RecipeSeverity.Warning, warning.Severity);
        Assert.Contains("the head of 'b' is left out", warning.Message, StringComparison.Ordinal);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Assert.Equal(tied, Checkpoint.Open(_folder["out"]).Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void Tensors_that_a_model_lacks_or_has_on_top_are_warned_of_by_name()
    {
        WriteNames("a", ["layers.0.w", "layers.0.gone"], 4);
        WriteNames("b", ["layers.0.w", "layers.0.new"], 8);
        Recipe recipe = Load("merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: a}, {model: b}]\n");
        Assert.All(recipe.Problems, problem => Assert.Equal(RecipeSeverity.Warning, problem.Severity));
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains("lacks the tensor 'layers.0.gone'", StringComparison.Ordinal));
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains("has the tensor 'layers.0.new'", StringComparison.Ordinal));
    }

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private Task<Checkpoint> Merge(string text) => RecipeText.MergeAsync(_folder, text);

    private void Write(string model, string kind, double value) => WriteNames(model, Kinds[kind], value);

    private void WriteNames(string model, string[] names, double value) =>
        TestModel.WriteFile(Path.Combine(_folder[model], "model.safetensors"), [.. names.Select(name => (name, DType.F32, new[] { value, value }))]);
}
