using System.Text.Json.Nodes;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Recipes;

/// <summary>What goes along with the weights of a merge: a card that model hubs read, and a config that says what is there.</summary>
public sealed class ModelCardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_card_has_the_front_matter_of_hubs_the_method_the_models_and_the_recipe()
    {
        string recipe = GoldenPath.Of("merge", "ties-d05", "recipe.yml");
        string card = await CardOf(recipe);
        Assert.StartsWith("---\nbase_model:\n- llama-a\n- llama-b\n- llama-base\nbase_model_relation: merge\nlibrary_name: transformers\ntags:\n- taskvectors\n- merge\n- ties\n---\n# recipe\n", card, StringComparison.Ordinal);
        Assert.Contains("TIES-Merging", card, StringComparison.Ordinal);
        Assert.Contains("| density | [0.5, 0.5] |", card, StringComparison.Ordinal);
        Assert.Contains($"```yaml\n{(await File.ReadAllTextAsync(recipe)).TrimEnd()}\n```", card, StringComparison.Ordinal);
        Assert.Contains("taskvec merge recipe.yml -o merged/", card, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_decide_the_bytes_stand_in_the_command()
    {
        string card = await CardOf(GoldenPath.Of("merge", "dare-ties-d05", "recipe.yml"), EditOptions.Default with { Seed = 3, OutputDType = DType.BF16 });
        Assert.Contains("taskvec merge recipe.yml --dtype bf16 --seed 3 -o merged/", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_a_recipe_does_not_leave_its_fence_or_its_line()
    {
        File.Copy(GoldenPath.Of("merge", "models", "llama-a", "model.safetensors"), _folder["a.safetensors"]);
        await File.WriteAllTextAsync(_folder["r.yml"], "# ```` fence\nname: 'a`\n| b'\nmerge_method: linear\nmodels:\n  - {model: a.safetensors, parameters: {weight: 1}}\n");
        string card = await CardOf(_folder["r.yml"]);
        Assert.Contains("`````yaml\n", card, StringComparison.Ordinal);
        Assert.Contains("\n# a' \\| b\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_config_says_how_many_layers_there_are_what_each_is_and_the_dtype()
    {
        foreach (string name in new[] { "a", "b" })
        {
            _ = Directory.CreateDirectory(_folder[name]);
            File.Copy(GoldenPath.Of("merge", "models", "llama-" + name, "model.safetensors"), Path.Combine(_folder[name], "model.safetensors"));
            JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(GoldenPath.Of("merge", "models", "llama-" + name, "config.json")))!.AsObject();
            config["layer_types"] = new JsonArray(name + "0", name + "1", name + "2", name + "3");
            await File.WriteAllTextAsync(Path.Combine(_folder[name], "config.json"), config.ToJsonString());
        }

        await File.WriteAllTextAsync(_folder["r.yml"], """
            merge_method: linear
            dtype: bfloat16
            parameters: {weight: 1}
            slices:
              - sources: [{model: a, layer_range: [1, 3]}, {model: b, layer_range: [0, 2]}]
              - sources: [{model: b, layer_range: [3, 4]}]
            """);
        _ = await CardOf(_folder["r.yml"]);
        JsonObject written = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder["out"], "config.json")))!.AsObject();
        Assert.Equal(3, written["num_hidden_layers"]!.GetValue<int>());
        Assert.Equal("bfloat16", (written["dtype"] ?? written["torch_dtype"])!.GetValue<string>());
        Assert.Equal(["a1", "a2", "b3"], written["layer_types"]!.AsArray().Select(item => item!.GetValue<string>()));
    }

    private async Task<string> CardOf(string recipe, EditOptions? options = null)
    {
        _ = await EditExecutor.RunAsync(Recipe.Load(recipe).Plan(new OutputTarget(_folder["out"]), options ?? EditOptions.Default));
        return await File.ReadAllTextAsync(Path.Combine(_folder["out"], "README.md"));
    }
}
