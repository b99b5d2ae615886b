using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>
/// Merges with tokenizers, made by another program. It starts a union without a base from an arbitrary model, so rows are compared by their tokens. The
/// tolerance is each case's own: max|got - expected| over max|expected| of a tensor.
/// </summary>
public class GoldenTokenizerTests
{
    public static TheoryData<string> Cases =>
    [
        "chat-template", "chat-template-auto", "tokenizer-base", "tokenizer-model", "tokenizer-other-vocab", "tokenizer-pad", "tokenizer-padded-input",
        "tokenizer-tokens", "tokenizer-union", "tokenizer-union-base",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_merge_agrees_with_the_other_program_token_by_token(string name)
    {
        using var folder = new TemporaryFolder();
        using JsonDocument description = JsonDocument.Parse(await File.ReadAllTextAsync(GoldenPath.Of("merge", name, "case.json")));
        double tolerance = description.RootElement.GetProperty("tolerance").GetProperty("rel").GetDouble();

        string output = await Merge(name, folder);

        Checkpoint expected = Checkpoint.Open(GoldenPath.Of("merge", name, "expected.safetensors"));
        Checkpoint actual = Checkpoint.Open(output);
        Assert.Equal(expected.Tensors.Select(tensor => $"{tensor.Name} {tensor.Shape}").Order(), actual.Tensors.Select(tensor => $"{tensor.Name} {tensor.Shape}").Order());
        int[] places = PlacesOf(GoldenPath.Of("merge", name), output);
        foreach (TensorInfo tensor in expected.Tensors)
        {
            double[] wanted = TestModel.Values(expected, tensor.Name);
            double[] got = TestModel.Values(actual, tensor.Name);
            if (VocabularyTensors.IsNamed(tensor))
            {
                got = Permute(got, places, (int)tensor.Shape[0], (int)tensor.Shape[1]);
            }

            Agreement.Require(tensor.Name, wanted, got, tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_tokenizer_and_the_config_are_those_of_the_other_program(string name)
    {
        using var folder = new TemporaryFolder();
        JsonNode description = JsonNode.Parse(await File.ReadAllTextAsync(GoldenPath.Of("merge", name, "case.json")))!;

        string output = await Merge(name, folder);

        Vocabulary written = VocabularyReader.Read(TokenizerFiles.Find(output));
        Vocabulary wanted = VocabularyReader.Read(TokenizerFiles.Find(GoldenPath.Of("merge", name)));
        Assert.Equal(description["tokenizer"]!["size"]!.GetValue<int>(), written.Size);
        Assert.Equal(wanted.Ids.Keys.Order(StringComparer.Ordinal), written.Ids.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(wanted.Added.Values.OrderBy(token => token.Text, StringComparer.Ordinal), written.Added.Values.OrderBy(token => token.Text, StringComparer.Ordinal));
        Assert.Equal(description["tokenizer"]!["chat_template"]!.GetValue<string>(), ChatTemplate.Find(TokenizerFiles.Find(output)));
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "config.json")))!;
        Assert.Equal(description["config"]!["vocab_size"]!.GetValue<int>(), config["vocab_size"]!.GetValue<int>());
        Assert.Equal(description["config"]!["dtype"]!.GetValue<string>(), config["dtype"]!.GetValue<string>());
    }

    private static async Task<string> Merge(string name, TemporaryFolder folder)
    {
        Recipe recipe = Recipe.Load(GoldenPath.Of("merge", name, "recipe.yml"));
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder["out"]), EditOptions.Default));
        return folder["out"];
    }

    // For each row of the expected vocabulary, the row of the same token here; rows of padding keep their place.
    private static int[] PlacesOf(string expected, string actual)
    {
        Vocabulary wanted = VocabularyReader.Read(TokenizerFiles.Find(expected));
        Vocabulary got = VocabularyReader.Read(TokenizerFiles.Find(actual));
        return [.. wanted.Tokens.Select(token => got.Ids[token!])];
    }

    private static double[] Permute(double[] values, int[] places, int rows, int length) =>
        [.. Enumerable.Range(0, rows).SelectMany(row => values.AsSpan((row < places.Length ? places[row] : row) * length, length).ToArray())];
}
