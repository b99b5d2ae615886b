using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tests.Recipes;
using TaskVectors.Tokenizers;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>Merges of models whose tokenizer is stored as SentencePiece alone. Where rows are copied or averaged in halves, numbers are exact.</summary>
public sealed class SentencePieceMergeTests : IDisposable
{
    private static readonly string[] Pieces = ["<unk>", "<s>", "</s>", "<0x0A>", "\u2581a", "b", "[X]"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama2-spm-bpe", "tokenizer.model", null)]
    [InlineData("t5-unigram", "spiece.model", """{"tokenizer_class": "T5Tokenizer"}""")]
    [InlineData("t5-unigram", "spiece.model", """{"extra_ids": 100}""")]
    public void A_SentencePiece_file_has_the_tokens_of_the_tokenizer_json_made_of_it(string name, string file, string? config)
    {
        File.Copy(GoldenPath.Of("tokenizers", name, file), _folder[file]);
        if (config is not null)
        {
            File.WriteAllText(_folder["tokenizer_config.json"], config);
        }

        Vocabulary native = VocabularyReader.Read(TokenizerFiles.Find(_folder.Path));
        File.Copy(GoldenPath.Of("tokenizers", name, "tokenizer.json"), _folder["tokenizer.json"]);
        Vocabulary json = VocabularyReader.Read(TokenizerFiles.Find(_folder.Path));

        Assert.Equal(json.Tokens, native.Tokens);
        Assert.Equal(json.Added.Values.OrderBy(token => token.Text, StringComparer.Ordinal), native.Added.Values.OrderBy(token => token.Text, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rows_are_merged_by_piece_and_new_tokens_stand_beside_the_model()
    {
        string[] others = ["<unk>", "<s>", "</s>", "<0x0A>", "b", "\u2581a", "[X]", "\u2581ab"];
        var a = new TokenizedModel { Pieces = Pieces, IsSentencePiece = true }.Write(_folder["a"]);
        var b = new TokenizedModel { Pieces = others, Added = ["<tool>"], IsSentencePiece = true, Seed = 2 }.Write(_folder["b"]);

        (Recipe recipe, Checkpoint merged) = await Merge(Average("a", "b") + "tokenizer_source: union");

        Assert.Equal(Mean(a.Row(TokenizedModel.Embedding, "\u2581a"), b.Row(TokenizedModel.Embedding, "\u2581a")), RowOf(merged, 4), Close);
        Assert.Equal(b.Row(TokenizedModel.Embedding, "\u2581ab"), RowOf(merged, 7), Close);
        Assert.Equal(b.Row(TokenizedModel.Embedding, "<tool>"), RowOf(merged, 8), Close);
        Assert.Equal(await File.ReadAllBytesAsync(_folder["a/tokenizer.model"]), await File.ReadAllBytesAsync(_folder["out/tokenizer.model"]));
        JsonNode added = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out/added_tokens.json"]))!;
        Assert.Equal("""{"\u2581ab":7,"<tool>":8}""".Replace("\\u2581", "\u2581", StringComparison.Ordinal), Plain(added));
        Assert.Equal(9, JsonNode.Parse(await File.ReadAllTextAsync(_folder["out/config.json"]))!["vocab_size"]!.GetValue<int>());
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains("1 ordinary tokens of 'b' become added tokens", StringComparison.Ordinal));
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains("2 new tokens stand beside it, in added_tokens.json, and programs that read tokenizer.model alone do not know them", StringComparison.Ordinal));
        Vocabulary written = VocabularyReader.Read(TokenizerFiles.Find(_folder["out"]));
        Assert.Equal([.. Pieces, "\u2581ab", "<tool>"], written.Tokens);
    }

    [Fact]
    public async Task The_vocabulary_of_the_base_or_of_a_model_is_written_as_it_is_stored()
    {
        var first = new TokenizedModel { Pieces = Pieces, IsSentencePiece = true }.Write(_folder["base"]);
        var a = new TokenizedModel { Pieces = Pieces, Added = ["<tool>"], IsSentencePiece = true, Seed = 2 }.Write(_folder["a"]);
        const string Sum = "merge_method: task_arithmetic\nbase_model: base\nmodels: [{model: a, parameters: {weight: 1}}]\n";

        (Recipe recipe, Checkpoint merged) = await Merge(Sum + "tokenizer_source: base");
        Assert.Empty(recipe.Problems);
        Assert.Equal(first.Rows, merged.Tensors.First(tensor => tensor.Name == TokenizedModel.Embedding).Shape[0]);
        Assert.Equal(a.Row(TokenizedModel.Embedding, "b"), RowOf(merged, 5), Close);
        Assert.False(File.Exists(_folder["out/added_tokens.json"]));

        (recipe, merged) = await Merge(Sum + "tokenizer_source: a", "other");
        Assert.Empty(recipe.Problems);
        Assert.Equal(a.Row(TokenizedModel.Embedding, "<tool>"), RowOf(merged, 7), Close);
        Assert.Equal("""{"<tool>":7}""", Plain(JsonNode.Parse(await File.ReadAllTextAsync(_folder["other/added_tokens.json"]))!));
    }

    [Fact]
    public async Task New_tokens_stand_in_the_settings_where_these_hold_added_tokens()
    {
        _ = new TokenizedModel { Pieces = Pieces, IsSentencePiece = true }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Pieces, Added = ["<tool>"], Seed = 2 }.Write(_folder["b"]);
        await File.WriteAllTextAsync(_folder["a/tokenizer_config.json"], """{"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {"1": {"content": "<s>", "special": true}}}""");

        (Recipe recipe, _) = await Merge(Average("a", "b") + "tokenizer_source: union");

        Assert.Contains("in tokenizer_config.json", Assert.Single(recipe.Problems).Message, StringComparison.Ordinal);
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out/tokenizer_config.json"]))!;
        Assert.Equal("<tool>", config["added_tokens_decoder"]!["7"]!["content"]!.GetValue<string>());
        Assert.True(config["added_tokens_decoder"]!["7"]!["special"]!.GetValue<bool>());
        Assert.False(File.Exists(_folder["out/added_tokens.json"]));
    }

    [Fact]
    public void Rows_of_other_pieces_are_an_error_without_a_source()
    {
        _ = new TokenizedModel { Pieces = Pieces, IsSentencePiece = true }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = [.. Pieces[..4], "b", "\u2581a", "[X]"], Seed = 2 }.Write(_folder["b"]);

        RecipeProblem problem = Assert.Single(Load(Average("a", "b")).Problems);

        Assert.Equal(RecipeSeverity.Error, problem.Severity);
        Assert.Contains("2 of 7 rows of 'b'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentencepiece.bpe.model", "{}")]
    [InlineData("spiece.model", """{"tokenizer_class": "PegasusTokenizer"}""")]
    public void Pieces_that_do_not_number_the_rows_are_refused(string file, string config)
    {
        File.WriteAllBytes(_folder[file], SentencePieceFile.Make(Pieces));
        File.WriteAllText(_folder["tokenizer_config.json"], config);

        TokenizerException error = Assert.Throws<TokenizerException>(() => VocabularyReader.Read(TokenizerFiles.Find(_folder.Path)));

        Assert.Equal(TokenizerError.Unsupported, error.Error);
        Assert.Contains("add tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_read_or_refused_and_nothing_else()
    {
        byte[] good = SentencePieceFile.Make(Pieces);
        int refused = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            byte[] bad = [.. good.Take(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
            for (int count = random.Next(1, 4); count > 0 && bad.Length > 0; count--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.NotEqual(0, VocabularyReader.Read(TokenizerFiles.Find(null).With("tokenizer.model", bad)).Count);
            }
            catch (TokenizerException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1999);
    }

    private static readonly IEqualityComparer<double> Close = EqualityComparer<double>.Create((left, right) => Math.Abs(left - right) <= 1e-6, _ => 0);

    private static double[] Mean(double[] left, double[] right) => [.. left.Zip(right, (one, other) => (one + other) / 2)];

    private static string Plain(JsonNode node) =>
        node.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static string Average(params string[] models) =>
        $"merge_method: linear\nmodels: [{string.Join(", ", models.Select(model => $"{{model: {model}, parameters: {{weight: 0.5}}}}"))}]\n";

    private static double[] RowOf(Checkpoint checkpoint, int row) =>
        TestModel.Values(checkpoint, TokenizedModel.Embedding).AsSpan(row * TokenizedModel.Width, TokenizedModel.Width).ToArray();

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private async Task<(Recipe Recipe, Checkpoint Merged)> Merge(string text, string output = "out")
    {
        Recipe recipe = Load(text);
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(_folder[output]), EditOptions.Default));
        return (recipe, Checkpoint.Open(_folder[output]));
    }
}
