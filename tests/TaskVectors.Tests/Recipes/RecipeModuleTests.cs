using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Explaining;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>
/// Models of several parts, merged module by module. A tensor's value is the model's number plus its place among the names, so that expected numbers
/// are worked out by hand; all are exact in F32.
/// </summary>
public sealed class RecipeModuleTests : IDisposable
{
    private const string Tower = "vision_tower.vision_model.encoder.layers";
    private const string Text = "language_model.model.layers";

    private static readonly string[] Llava =
    [
        .. Enumerable.Range(0, 2).Select(layer => $"{Tower}.{layer}.w"),
        "vision_tower.vision_model.post_layernorm.weight",
        "multi_modal_projector.linear_1.weight",
        "language_model.model.embed_tokens.weight",
        .. Enumerable.Range(0, 3).Select(layer => $"{Text}.{layer}.w"),
        "language_model.model.norm.weight",
        "language_model.lm_head.weight",
    ];

    private static readonly string[] T5 =
    [
        "shared.weight",
        .. Enumerable.Range(0, 3).Select(layer => $"encoder.block.{layer}.layer.0.w"),
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        "encoder.final_layer_norm.weight",
        .. Enumerable.Range(0, 2).Select(layer => $"decoder.block.{layer}.layer.1.w"),
        "decoder.final_layer_norm.weight",
    ];

    private static readonly string[] Whisper =
    [
        "model.encoder.conv1.weight",
        .. Enumerable.Range(0, 2).Select(layer => $"model.encoder.layers.{layer}.w"),
        "model.encoder.layer_norm.weight",
        "model.decoder.embed_tokens.weight",
        .. Enumerable.Range(0, 2).Select(layer => $"model.decoder.layers.{layer}.w"),
        "model.decoder.layer_norm.weight",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_language_model_is_sliced_beside_a_vision_tower_that_is_merged_whole()
    {
        WriteLlava();
        Checkpoint merged = await Merge("""
            merge_method: task_arithmetic
            base_model: base
            parameters: {weight: 1}
            modules:
              text_decoder:
                slices:
                  - sources: [{model: a, layer_range: [0, 2], parameters: {weight: [0.5, 0]}}]
                  - sources: [{model: b, layer_range: [1, 3]}]
                parameters: {weight: 0.25}
              vision_tower:
                models: [{model: a, parameters: {weight: [1, 0.5]}}]
              multi_modal_projector:
                models: [{model: b}]
            """);
        Assert.Equal(Llava.Length + 1, merged.Tensors.Count);
        AssertValue(merged, Llava, "language_model.model.embed_tokens.weight", 0.5 * 100);
        AssertValue(merged, Llava, $"{Text}.0.w", 0.5 * 100);
        AssertValue(merged, Llava, $"{Text}.1.w", 0);
        AssertValue(merged, Llava, $"{Text}.1.w", 0.25 * 200, $"{Text}.2.w");
        AssertValue(merged, Llava, $"{Text}.2.w", 0.25 * 200, $"{Text}.3.w");
        AssertValue(merged, Llava, "language_model.lm_head.weight", 0.25 * 200);
        AssertValue(merged, Llava, $"{Tower}.0.w", 100);
        AssertValue(merged, Llava, $"{Tower}.1.w", 0.5 * 100);
        AssertValue(merged, Llava, "vision_tower.vision_model.post_layernorm.weight", 100);
        AssertValue(merged, Llava, "multi_modal_projector.linear_1.weight", 200);
        JsonNode config = Config();
        Assert.Equal("[4,2,[\"f\",\"s\",\"s\",\"f\"]]", new JsonArray(Number(config, "text_config", "num_hidden_layers"), Number(config, "vision_config", "num_hidden_layers"), config["text_config"]!["layer_types"]!.DeepClone()).ToJsonString());
    }

    [Fact]
    public async Task The_parts_of_an_encoder_decoder_get_layers_of_their_own()
    {
        WriteModels(T5, """{"model_type": "t5", "num_layers": 3}""", "a", "b");
        Checkpoint merged = await Merge(
            """
            merge_method: linear
            parameters: {weight: 1}
            modules:
              decoder: {models: [{model: a, parameters: {weight: [3, 1]}}, {model: b}]}
              encoder:
                slices:
                  - sources: [{model: a, layer_range: [0, 1]}, {model: b, layer_range: [0, 1]}]
                  - sources: [{model: b, layer_range: [2, 3]}]
              shared: {models: [{model: b}, {model: a}]}
            """);
        Assert.Equal(T5.Length - 1, merged.Tensors.Count);
        AssertValue(merged, T5, "shared.weight", 150);
        AssertValue(merged, T5, "encoder.block.0.layer.0.w", 150);
        AssertValue(merged, T5, "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", 150);
        AssertValue(merged, T5, "encoder.block.2.layer.0.w", 200, "encoder.block.1.layer.0.w");
        AssertValue(merged, T5, "encoder.final_layer_norm.weight", 200);
        AssertValue(merged, T5, "decoder.block.0.layer.1.w", 125);
        AssertValue(merged, T5, "decoder.block.1.layer.1.w", 150);
        JsonNode config = Config();
        Assert.Equal(2, config["num_layers"]!.GetValue<int>());
        Assert.Equal(2, config["num_decoder_layers"]!.GetValue<int>());
    }

    [Fact]
    public async Task Both_stacks_of_a_speech_model_are_sliced_and_the_output_is_made_again()
    {
        WriteModels(Whisper, """{"model_type": "whisper", "encoder_layers": 2, "decoder_layers": 2, "num_hidden_layers": 2}""", "a", "b");
        Recipe recipe = Load("""
            merge_method: linear
            parameters: {weight: 1}
            modules:
              encoder:
                slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]}, {sources: [{model: a, layer_range: [1, 2]}, {model: b, layer_range: [0, 1]}]}]
              decoder:
                slices: [{sources: [{model: b, layer_range: [1, 2]}]}]
            """);
        Assert.Empty(recipe.Problems);
        Manifest manifest = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Checkpoint merged = Checkpoint.Open(_folder["out"]);
        AssertValue(merged, Whisper, "model.encoder.layers.0.w", 151.5 - 1, "model.encoder.layers.2.w");
        AssertValue(merged, Whisper, "model.encoder.layers.1.w", 150);
        AssertValue(merged, Whisper, "model.decoder.layers.1.w", 200, "model.decoder.layers.0.w");
        Assert.DoesNotContain(merged.Tensors, tensor => tensor.Name == "model.decoder.layers.1.w");
        Assert.Equal("""{"model_type":"whisper","encoder_layers":3,"decoder_layers":1,"num_hidden_layers":3}""", Config().ToJsonString());

        Manifest again = await EditExecutor.RunAsync(RecipeReplay.Plan(_folder["out"], new OutputTarget(_folder["again"]), EditOptions.Default with { Threads = 1 }));
        Assert.Empty(ManifestReplay.Compare(manifest, again));
        Assert.Equal(manifest.Recipe!.Merges.SelectMany(merge => merge.Models), ["a.encoder[0:2]+a.encoder[1:2]", "b.encoder[0:2]+b.encoder[0:1]", "b.decoder[1:2]"]);
    }

    [Theory]
    [InlineData("linear", "normalize: true")]
    [InlineData("ties", "density: 0.5")]
    [InlineData("dare_ties", "density: 0.5")]
    [InlineData("della", "density: 0.5, epsilon: 0.2")]
    [InlineData("slerp", "t: [0.25, 0.5]")]
    public async Task Modules_of_the_same_models_give_the_file_that_whole_models_give(string method, string parameters)
    {
        WriteLlava();
        string models = method == "slerp" ? "[{model: a}, {model: base}]" : "[{model: a, parameters: {weight: [1, 0.25]}}, {model: b, parameters: {weight: 0.5}}]";
        string head = $"merge_method: {method}\nbase_model: base\nparameters: {{{parameters}}}\n";
        _ = await EditExecutor.RunAsync(Load($"{head}models: {models}").Plan(new OutputTarget(_folder["whole"]), EditOptions.Default));
        Recipe recipe = Load($"{head}modules:\n  text_decoder: {{models: &m {models}}}\n  default: {{models: *m}}\n  vision_tower: {{models: *m}}\n");
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["whole"], "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder["out"], "model.safetensors")));
    }

    [Fact]
    public async Task A_module_may_be_named_as_tensors_are_and_default_takes_the_rest()
    {
        string[] names = ["stem.weight", "reader.layers.0.w", "reader.layers.1.w", "reader.norm.weight", "writer.layers.0.w"];
        WriteModels(names, """{"model_type": "own", "reader_layers": 2, "writer": {"num_layers": 1}}""", "a", "b");
        Checkpoint merged = await Merge("""
            merge_method: linear
            parameters: {weight: 1}
            modules:
              reader: {slices: [{sources: [{model: a, layer_range: [1, 2]}]}]}
              writer.layers: {models: [{model: b}]}
              default: {models: [{model: a}, {model: b}]}
            """);
        Assert.Equal(4, merged.Tensors.Count);
        AssertValue(merged, names, "stem.weight", 150);
        AssertValue(merged, names, "reader.layers.1.w", 100, "reader.layers.0.w");
        AssertValue(merged, names, "reader.norm.weight", 100);
        AssertValue(merged, names, "writer.layers.0.w", 200);
        Assert.Equal(1, Config()["reader_layers"]!.GetValue<int>());
    }

    [Fact]
    public async Task Tensors_of_no_module_are_copied_with_a_warning()
    {
        string[] names = ["text_model.encoder.layers.0.w", "vision_model.encoder.layers.0.w", "logit_scale"];
        WriteModels(names, """{"model_type": "clip"}""", "a", "b");
        Recipe recipe = Load("""
            merge_method: linear
            base_model: a
            parameters: {weight: 1}
            modules:
              text_model: {models: [{model: a}, {model: b}]}
              vision_model: {models: [{model: b}, {model: a}]}
            """);
        RecipeProblem warning = Assert.Single(recipe.Problems);
        Assert.Equal((RecipeSeverity.Warning, 4), (warning.Severity, warning.Line));
        Assert.Contains("'logit_scale' is in no module, and is copied from 'a'", warning.Message, StringComparison.Ordinal);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        Checkpoint merged = Checkpoint.Open(_folder["out"]);
        AssertValue(merged, names, "logit_scale", 100);
        AssertValue(merged, names, "text_model.encoder.layers.0.w", 150);
        AssertValue(merged, names, "vision_model.encoder.layers.0.w", 150);
    }

    [Fact]
    public async Task A_layer_count_that_the_config_leaves_out_is_added()
    {
        WriteModels(Llava, """{"model_type": "llava", "text_config": {"model_type": "llama"}, "vision_config": {"num_hidden_layers": 2}}""", "a");
        _ = await Merge("""
            merge_method: passthrough
            modules:
              text_decoder: {slices: [{sources: [{model: a, layer_range: [0, 3]}]}, {sources: [{model: a, layer_range: [0, 3]}]}]}
              default: {models: [{model: a}]}
            """);
        Assert.Equal(6, Config()["text_config"]!["num_hidden_layers"]!.GetValue<int>());
        Assert.Equal(2, Config()["vision_config"]!["num_hidden_layers"]!.GetValue<int>());
    }

    [Fact]
    public void The_explanation_lists_the_modules_with_their_layers()
    {
        WriteLlava();
        RecipeExplanation explanation = Load("""
            merge_method: linear
            parameters: {weight: 1}
            modules:
              text_decoder: {slices: [{sources: [{model: a, layer_range: [0, 2]}]}, {sources: [{model: b, layer_range: [0, 2]}]}]}
              vision_tower: {models: [{model: a}]}
              multi_modal_projector: {models: [{model: a}]}
            """).Explain();
        Assert.Equal([new ExplainedModule("text_decoder", 7, 4), new ExplainedModule("vision_tower", 3, 2), new ExplainedModule("multi_modal_projector", 1, null)], explanation.Modules.ToArray());
        Assert.Null(explanation.LayerCount);
        Assert.Equal(11, explanation.TensorCount);
    }

    [Theory]
    [InlineData("modules: {text_decodr: {models: [{model: a}]}}", 3, "There is no module 'text_decodr' in 'a'. Did you mean 'text_decoder'? Its modules are text_decoder, vision_tower, multi_modal_projector.")]
    [InlineData("modules: {text_decoder: {models: [{model: a}]}, vision_tower: {models: [{model: a}]}}", 3, "It lacks 'multi_modal_projector'")]
    [InlineData("modules: {text_decoder: {models: [{model: a}]}, language_model: {models: [{model: a}]}}", 3, "are the same part")]
    [InlineData("modules: {text_decoder: {models: [{model: a}]}, vision_tower: {models: [{model: a}]}, multi_modal_projector: {models: [{model: a}]}, default: {models: [{model: a}]}}", 3, "'default' holds no tensor")]
    [InlineData("modules: {vision_tower: {slices: [{sources: [{model: a, layer_range: [1, 3]}]}]}, default: {models: [{model: a}]}}", 3, "layer_range [1, 3) is outside the module 'vision_tower' of 'a', which has 2 layers.")]
    [InlineData("modules: {multi_modal_projector: {slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}, default: {models: [{model: a}]}}", 3, "its tensors' names show none")]
    [InlineData("modules: {vision_tower: {models: [{model: a}, {model: text}]}, default: {models: [{model: a}]}}", 3, "'text' has no module 'vision_tower' with tensors of the same names")]
    [InlineData("modules: {text_decoder: {models: [{model: a}, {model: deep}]}, default: {models: [{model: a}]}}", 3, "3 in language_model.model.layers of 'a' and 4 in language_model.model.layers of 'deep'")]
    [InlineData("modules: {text_decoder: {}, default: {models: [{model: a}]}}", 3, "The module 'text_decoder' needs exactly one of models and slices.")]
    [InlineData("modules: {text_decoder: a, default: {models: [{model: a}]}}", 3, "must be a mapping with models or slices")]
    [InlineData("modules: {}", 3, "'modules' is empty")]
    public void A_mistake_in_modules_is_reported_where_it_stands(string modules, int line, string message)
    {
        WriteLlava();
        WriteModels([.. Llava.Where(name => name.StartsWith("language_model", StringComparison.Ordinal))], """{"model_type": "llava"}""", "text");
        WriteModels([.. Llava, $"{Text}.3.w"], """{"model_type": "llava"}""", "deep");
        Recipe recipe = Load($"merge_method: linear\nparameters: {{weight: 1}}\n{modules}\n");
        RecipeProblem error = Assert.Single(recipe.Problems, problem => problem.Severity == RecipeSeverity.Error);
        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_of_two_stacks_is_not_sliced_and_the_message_names_them()
    {
        string[] names = ["vision_model.transformer.layers.0.w", "vision_model.global_transformer.layers.0.w", "language_model.model.layers.0.w", "multi_modal_projector.weight"];
        WriteModels(names, """{"model_type": "mllama"}""", "a");
        RecipeProblem error = Assert.Single(Load("""
            merge_method: linear
            parameters: {weight: 1}
            modules:
              vision_model: {slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}
              default: {models: [{model: a}]}
            """).Problems);
        Assert.All(["1 in vision_model.transformer.layers", "1 in vision_model.global_transformer.layers"], stack => Assert.Contains(stack, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_only_the_first_layer_has_is_warned_of_where_another_comes_first()
    {
        WriteModels(T5, """{"model_type": "t5", "num_layers": 3}""", "a");
        RecipeProblem[] problems = [.. Load("""
            merge_method: linear
            parameters: {weight: 1}
            modules:
              encoder: {slices: [{sources: [{model: a, layer_range: [1, 3]}]}, {sources: [{model: a, layer_range: [0, 3]}]}]}
              default: {models: [{model: a}]}
            """).Problems];
        Assert.All(problems, problem => Assert.Equal((RecipeSeverity.Warning, 4), (problem.Severity, problem.Line)));
        Assert.Contains("the result lacks it", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("in its layer 2", problems[1].Message, StringComparison.Ordinal);
        Assert.Equal(2, problems.Length);
    }

    [Fact]
    public void A_gradient_shared_with_a_module_without_layers_is_a_warning()
    {
        WriteLlava();
        RecipeProblem warning = Assert.Single(Load("""
            merge_method: linear
            modules:
              text_decoder: {models: &m [{model: a, parameters: {weight: [0.5, 1]}}]}
              vision_tower: {models: *m}
              multi_modal_projector: {models: *m}
            """).Problems);
        Assert.Equal(RecipeSeverity.Warning, warning.Severity);
        Assert.Contains("'multi_modal_projector' has no layers", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gradient_of_whole_models_runs_over_the_vision_tower_too()
    {
        WriteLlava();
        Checkpoint merged = await Merge("""
            merge_method: task_arithmetic
            base_model: base
            models: [{model: a, parameters: {weight: [1, 0]}}]
            """);
        AssertValue(merged, Llava, $"{Tower}.0.w", 100);
        AssertValue(merged, Llava, $"{Tower}.1.w", 0);
        AssertValue(merged, Llava, $"{Text}.1.w", 50);
        AssertValue(merged, Llava, "multi_modal_projector.linear_1.weight", 100);
    }

    [Fact]
    public async Task Slices_without_modules_are_of_the_language_model_and_take_other_parts_from_the_first()
    {
        WriteLlava();
        Checkpoint merged = await Merge("""
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [0, 1]}]
              - sources: [{model: b, layer_range: [1, 3]}]
            """);
        Assert.All(Llava.Where(name => !name.StartsWith("language", StringComparison.Ordinal)), name => AssertValue(merged, Llava, name, 100));
        AssertValue(merged, Llava, "language_model.model.embed_tokens.weight", 100);
        AssertValue(merged, Llava, $"{Text}.0.w", 100);
        AssertValue(merged, Llava, $"{Text}.1.w", 200);
        AssertValue(merged, Llava, "language_model.model.norm.weight", 200);
        AssertValue(merged, Llava, "language_model.lm_head.weight", 200);
    }

    [Fact]
    public void The_schema_takes_modules_and_refuses_unknown_keys_in_them()
    {
        var schema = new SchemaCheck(JsonNode.Parse(RecipeSchema.ToJson())!.AsObject());
        Assert.True(schema.Accepts(Recipe("""{"models": [{"model": "a"}], "parameters": {"weight": 1}}""")));
        Assert.False(schema.Accepts(Recipe("""{"modls": [{"model": "a"}]}""")));
        Assert.False(schema.Accepts(Recipe("""{"models": [{"model": "a"}], "parameters": {"wieght": 1}}""")));

        static JsonNode Recipe(string module) => JsonNode.Parse("{\"merge_method\": \"linear\", \"modules\": {\"text_decoder\": " + module + "}}")!;
    }

    private void WriteLlava()
    {
        const string Config = """{"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"], "text_config": {"num_hidden_layers": 3, "layer_types": ["f", "s", "f"]}, "vision_config": {"num_hidden_layers": 2}}""";
        WriteModels(Llava, Config, "a", "b");
        Write("base", Llava, 0, Config);
    }

    private void WriteModels(string[] names, string config, params string[] models)
    {
        foreach (string model in models)
        {
            Write(model, names, model == "b" ? 200 : 100, config);
        }
    }

    private void Write(string model, string[] names, double value, string config)
    {
        TestModel.WriteFile(Path.Combine(_folder[model], "model.safetensors"), [.. names.Select((name, index) => (name, DType.F32, new[] { value + index, value + index }))]);
        File.WriteAllText(Path.Combine(_folder[model], "config.json"), config);
    }

    private static void AssertValue(Checkpoint merged, string[] names, string origin, double value, string? name = null)
    {
        double expected = value + Array.IndexOf(names, origin);
        Assert.Equal([expected, expected], TestModel.Values(merged, name ?? origin));
    }

    private static JsonNode Number(JsonNode config, string part, string key) => config[part]![key]!.DeepClone();

    private JsonNode Config() => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "config.json")))!;

    private Recipe Load(string text)
    {
        File.WriteAllText(_folder["recipe.yml"], text);
        return Recipe.Load(_folder["recipe.yml"]);
    }

    private async Task<Checkpoint> Merge(string text)
    {
        Recipe recipe = Load(text);
        Assert.Empty(recipe.Problems);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
        return Checkpoint.Open(_folder["out"]);
    }
}
