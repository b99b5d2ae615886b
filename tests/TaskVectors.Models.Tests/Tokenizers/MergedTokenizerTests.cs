using System.Text.Json.Nodes;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Recipes;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Tokenizers;

/// <summary>The tokenizer files of a merge are read again, and texts get the numbers of the rows.</summary>
public sealed class MergedTokenizerTests
{
    private const int Pieces = 1300;

    [Fact]
    public async Task Tokens_added_to_a_SentencePiece_model_by_a_union_have_the_numbers_of_their_rows()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a", 1);
        Write(folder, "b", 2, "<tool>", "<call>");
        await File.WriteAllTextAsync(folder["recipe.yml"], "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]\ntokenizer_source: union\n");
        Recipe recipe = Recipe.Load(folder["recipe.yml"]);
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder["out"]), EditOptions.Default));

        var before = Tokenizer.Load(folder["a"]);
        var after = Tokenizer.Load(folder["out"]);

        after.CheckFits(Pieces + 2);
        Assert.Equal(before.Encode("The cat sat.").Ids, after.Encode("The cat sat.").Ids);
        Assert.Equal([1, Pieces + 1, Pieces], after.Encode("<call><tool>").Ids);
        Assert.Equal(Pieces + 2, JsonNode.Parse(await File.ReadAllTextAsync(folder["out/config.json"]))!["vocab_size"]!.GetValue<int>());
    }

    private static void Write(TemporaryFolder folder, string name, int value, params string[] added)
    {
        _ = Directory.CreateDirectory(folder[name]);
        File.Copy(GoldenTokenizers.PathOf("llama2-spm-bpe", "tokenizer.model"), folder[$"{name}/tokenizer.model"]);
        byte[] rows = new byte[(Pieces + added.Length) * sizeof(float)];
        for (int offset = 0; offset < rows.Length; offset += sizeof(float))
        {
            BitConverter.GetBytes((float)value).CopyTo(rows, offset);
        }

        SafetensorsFile.Write(folder[$"{name}/model.safetensors"], [(new TensorInfo("model.embed_tokens.weight", DType.F32, new TensorShape(Pieces + added.Length, 1)), rows)]);
        File.WriteAllText(folder[$"{name}/config.json"], $$"""{"model_type": "llama", "vocab_size": {{Pieces + added.Length}}, "tie_word_embeddings": true}""");
        if (added.Length > 0)
        {
            var map = new JsonObject();
            foreach (string token in added)
            {
                map[token] = Pieces + map.Count;
            }

            File.WriteAllText(folder[$"{name}/added_tokens.json"], map.ToJsonString());
        }
    }
}
