using System.Text.Json;

namespace TaskVectors.Cli.Tests;

public sealed class RecipeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_recipe_is_merged_verified_and_made_again_from_its_manifest()
    {
        string recipe = Write("""
            merge_method: ties
            base_model: base
            models:
              - {model: math, parameters: {weight: [0.2, 0.8], density: 0.5}}
              - {model: code, parameters: {weight: 0.5, density: [{filter: mlp, value: 0.25}, {value: 1}]}}
            """);
        string output = _place.PathOf("merged");
        Assert.Equal(0, (await Taskvec.RunAsync("merge", recipe, "-o", output, "--dtype", "bf16", "--rounding", "stochastic", "--seed", "5")).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("verify", output)).Code);
        string again = _place.PathOf("again");
        var replay = await Taskvec.RunAsync("replay", output, "-o", again, "--json");
        Assert.Equal(0, replay.Code);
        Assert.True(replay.Json.GetProperty("identical").GetBoolean());
        Assert.Equal(File.ReadAllBytes(Path.Combine(output, "model.safetensors")), File.ReadAllBytes(Path.Combine(again, "model.safetensors")));
        Assert.Equal(File.ReadAllText(Path.Combine(output, "README.md")), File.ReadAllText(Path.Combine(again, "README.md")));
    }

    [Fact]
    public async Task A_recipe_may_lie_elsewhere_when_it_is_replayed()
    {
        string recipe = Write("merge_method: linear\nmodels:\n  - {model: math, parameters: {weight: 1}}\n  - {model: code, parameters: {weight: 1}}\n");
        string output = _place.PathOf("merged");
        Assert.Equal(0, (await Taskvec.RunAsync("merge", recipe, "-o", output)).Code);
        File.Delete(recipe);
        Directory.Move(output, _place.PathOf("moved"));
        Assert.Equal(0, (await Taskvec.RunAsync("replay", _place.PathOf("moved"), "-o", _place.PathOf("again"))).Code);
    }

    [Fact]
    public async Task All_options_of_an_edit_work_on_a_recipe()
    {
        string recipe = Write("merge_method: linear\nmodels:\n  - {model: math, parameters: {weight: 1}}\n  - {model: code, parameters: {weight: 1}}\n");
        string output = _place.PathOf("merged");
        var outcome = await Taskvec.RunAsync(
            "merge", recipe, "-o", output, "--include", "mlp", "--exclude", "layers.1", "--shard-size", "300B", "--hash", "sha256", "--memory", "64MiB", "--threads", "1", "--no-flush", "--missing", "base", "--nan", "keep", "--json");
        Assert.Equal(0, outcome.Code);
        JsonElement manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "taskvec.manifest.json"))).RootElement;
        string[] computed = [.. manifest.GetProperty("tensors").EnumerateArray().Where(tensor => tensor.GetProperty("operation").GetString() == "linear").Select(tensor => tensor.GetProperty("name").GetString()!)];
        Assert.Equal(["layers.0.mlp.weight"], computed);
        Assert.StartsWith("sha256:", manifest.GetProperty("tensors")[0].GetProperty("hash").GetString(), StringComparison.Ordinal);
        Assert.True(Directory.GetFiles(output, "*.safetensors").Length > 1);
        Assert.NotEqual(0, (await Taskvec.RunAsync("merge", recipe, "-o", output)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("merge", recipe, "-o", output, "--force")).Code);
    }

    [Fact]
    public async Task Every_mistake_comes_in_one_report_with_exit_code_3_and_no_output()
    {
        string recipe = Write("""
            merge_method: ties
            base_model: base
            parametres: {}
            models:
              - {model: math, parameters: {desnity: 0.5}}
              - {model: coda}
            """);
        string output = _place.PathOf("merged");
        var text = await Taskvec.RunAsync("merge", recipe, "-o", output);
        Assert.Equal(3, text.Code);
        Assert.Contains(":3:1: The recipe has no key 'parametres'. Did you mean 'parameters'?", text.Error, StringComparison.Ordinal);
        Assert.Contains(":5:32: The method ties has no parameter 'desnity'. Did you mean 'density'?", text.Error, StringComparison.Ordinal);
        Assert.Contains(":6:13: The model 'coda' is not found", text.Error, StringComparison.Ordinal);
        Assert.Contains("nothing has been written", text.Error, StringComparison.Ordinal);

        var json = await Taskvec.RunAsync("merge", recipe, "-o", output, "--json");
        Assert.Equal(3, json.Code);
        Assert.All(json.Json.GetProperty("errors").EnumerateArray(), error => Assert.Equal("recipe.invalid", error.GetProperty("kind").GetString()));
        Assert.False(Path.Exists(output) || Path.Exists(output + ".partial"));
    }

    [Fact]
    public async Task Strict_makes_warnings_errors_and_roots_keep_models_in_their_folder()
    {
        string recipe = Write("merge_method: linear\nmodels:\n  - {model: math, parameters: {weight: [{filter: mlpp, value: 2}, {value: 1}]}}\n");
        string output = _place.PathOf("merged");
        var strict = await Taskvec.RunAsync("merge", recipe, "-o", output, "--strict");
        Assert.Equal(3, strict.Code);
        Assert.Contains("Did you mean 'mlp'?", strict.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(output));
        var rooted = await Taskvec.RunAsync("merge", recipe, "-o", output, "--root", _place.PathOf("elsewhere"));
        Assert.Equal(3, rooted.Code);
        Assert.Contains("outside the allowed root", rooted.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(output));

        var lenient = await Taskvec.RunAsync("merge", recipe, "-o", output, "--root", _place.Folder);
        Assert.Equal(0, lenient.Code);
        Assert.Contains("warning:", lenient.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Taskvec.RunAsync("merge", "--method", "linear", _place.Math, "--strict", "-o", _place.PathOf("other"))).Code);
    }

    [Fact]
    public async Task A_recipe_is_explained_in_words_and_in_json()
    {
        string recipe = Write("""
            merge_method: linear
            models:
              - {model: math, parameters: {weight: [0, 1]}}
              - {model: code, parameters: {weight: 1}}
            """);
        var text = await Taskvec.RunAsync("recipe", "explain", recipe);
        Assert.Equal(0, text.Code);
        Assert.Contains("linear. Averages models", text.Output, StringComparison.Ordinal);
        Assert.Contains("layer 1", text.Output, StringComparison.Ordinal);
        Assert.Contains("[1, 1]", text.Output, StringComparison.Ordinal);
        Assert.Contains("Note: A gradient's anchors", text.Output, StringComparison.Ordinal);

        JsonElement json = (await Taskvec.RunAsync("recipe", "explain", recipe, "--json")).Json;
        JsonElement merge = json.GetProperty("merges")[0];
        Assert.Equal("linear", merge.GetProperty("method").GetString());
        Assert.Equal(2, merge.GetProperty("parameters").GetArrayLength());
        Assert.Equal(3 * 4 * 8 * 4, json.GetProperty("bytesWritten").GetInt64());
        Assert.Equal(2 * 3 * 4 * 8 * 4, json.GetProperty("bytesRead").GetInt64());

        Assert.Equal(3, (await Taskvec.RunAsync("recipe", "explain", Write("merge_method: linaer"))).Code);
    }

    [Fact]
    public async Task Modules_are_checked_explained_merged_and_verified()
    {
        const string layers = """
            merge_method: linear
            parameters: {weight: 1}
            modules:
              layers: {slices: [{sources: [{model: math, layer_range: [0, 2]}]}, {sources: [{model: code, layer_range: [1, 2]}]}]}
            """;
        var partial = await Taskvec.RunAsync("recipe", "check", Write(layers));
        Assert.Equal(0, partial.Code);
        Assert.Contains("recipe.yml:3:1: warning: The tensor 'embed.weight' is in no module, and is copied from 'math'", partial.Error + partial.Output, StringComparison.Ordinal);

        string recipe = Write(layers + "\n  default: {models: [{model: math}, {model: code}]}\n");
        var text = await Taskvec.RunAsync("recipe", "explain", recipe);
        Assert.Contains("  module  layers: 3 tensors, 3 layers", text.Output, StringComparison.Ordinal);
        JsonElement modules = (await Taskvec.RunAsync("recipe", "explain", recipe, "--json")).Json.GetProperty("modules");
        Assert.Equal("""{"name":"layers","tensors":3,"layers":3}""", modules[0].GetRawText().Replace(" ", string.Empty, StringComparison.Ordinal).ReplaceLineEndings(string.Empty));
        Assert.Equal("default", modules[1].GetProperty("name").GetString());

        string output = _place.PathOf("merged");
        Assert.Equal(0, (await Taskvec.RunAsync("merge", recipe, "-o", output)).Code);
        Assert.Equal(0, (await Taskvec.RunAsync("verify", output)).Code);
    }

    [Fact]
    public async Task The_schema_is_one_json_document()
    {
        JsonElement schema = (await Taskvec.RunAsync("recipe", "schema")).Json;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.True(schema.GetProperty("properties").TryGetProperty("merge_method", out _));
        Assert.Equal(schema.GetRawText(), (await Taskvec.RunAsync("recipe", "schema", "--json")).Json.GetRawText());
    }

    [Fact]
    public async Task A_method_that_needs_no_base_is_merged_without_one()
    {
        string output = _place.PathOf("merged");
        Assert.Equal(0, (await Taskvec.RunAsync("merge", "--method", "linear", $"a={_place.Math}", $"b={_place.Code}", "--set", "a.weight=1", "--set", "b.weight=3", "-o", output)).Code);
        var missing = await Taskvec.RunAsync("merge", "--method", "ties", $"a={_place.Math}", "-o", _place.PathOf("other"));
        Assert.Equal(2, missing.Code);
        Assert.Contains("--base", missing.Error, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        string path = _place.PathOf("recipe.yml");
        File.WriteAllText(path, text);
        return path;
    }
}
