using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;
using TaskVectors.Tensors;
using TaskVectors.Tests.Recipes;

namespace TaskVectors.Tests.Tokenizers;

/// <summary>Recipes over models with small vocabularies of their own. Where rows are copied or averaged in halves, numbers are exact.</summary>
public class VocabularyMergeTests : IDisposable
{
    private static readonly string[] Letters = ["a", "b", "c", "d", "e"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_union_of_a_vocabulary_with_itself_changes_no_byte()
    {
        _ = new TokenizedModel { Pieces = Letters, Added = ["<s>"] }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<s>"], Seed = 2 }.Write(_folder["b"]);

        await Merge(Average("a", "b") + "tokenizer_source: union", "joined");
        await Merge(Average("a", "b"), "plain");

        foreach (string file in new[] { "model.safetensors", "tokenizer.json", "config.json" })
        {
            Assert.Equal(await File.ReadAllBytesAsync(_folder[$"plain/{file}"]), await File.ReadAllBytesAsync(_folder[$"joined/{file}"]));
        }

        Assert.Equal(await File.ReadAllBytesAsync(_folder["a/tokenizer.json"]), await File.ReadAllBytesAsync(_folder["joined/tokenizer.json"]));
    }

    [Property(MaxTest = 15)]
    public void Permuting_a_vocabulary_permutes_rows_and_nothing_else(int seed)
    {
        using var folder = new TemporaryFolder();
        string[] permuted = [.. Letters];
        new Random(seed).Shuffle(permuted);
        var model = new TokenizedModel { Pieces = Letters, Seed = seed & 0xff, DType = DType.BF16 }.Write(folder["a"]);
        _ = new TokenizedModel { Pieces = permuted, Seed = 500 }.Write(folder["order"]);

        Merge(folder, "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\ntokenizer_source: order", "out").GetAwaiter().GetResult();

        Checkpoint merged = Checkpoint.Open(folder["out"]);
        foreach (string tensor in new[] { TokenizedModel.Embedding, TokenizedModel.Head })
        {
            double[] stored = TestModel.Values(Checkpoint.Open(folder["a"]), tensor);
            double[] expected = [.. permuted.SelectMany(token => stored.AsSpan(Array.IndexOf(Letters, token) * TokenizedModel.Width, TokenizedModel.Width).ToArray())];
            Assert.Equal(expected, TestModel.Values(merged, tensor));
        }

        Assert.Equal(model.Rows, Letters.Length);
    }

    [Fact]
    public async Task A_token_of_one_model_comes_out_as_that_models_and_one_of_several_as_their_mean()
    {
        var a = new TokenizedModel { Pieces = Letters, Added = ["<x>"] }.Write(_folder["a"]);
        var b = new TokenizedModel { Pieces = Letters, Added = ["<y>", "<x>"], Seed = 2 }.Write(_folder["b"]);
        var c = new TokenizedModel { Pieces = Letters, Seed = 3 }.Write(_folder["c"]);

        Checkpoint merged = await Merge(Average("a", "b", "c") + "tokenizer: {}", "out");

        Assert.Equal(b.Row(TokenizedModel.Head, "<y>"), RowOf(merged, TokenizedModel.Head, 6), Close);
        double[] mean = [.. a.Row(TokenizedModel.Head, "<x>").Zip(b.Row(TokenizedModel.Head, "<x>"), (left, right) => (left + right) / 2)];
        Assert.Equal(mean, RowOf(merged, TokenizedModel.Head, 5), Close);
        Assert.Equal(c.Rows + 2, (await Config("out"))["vocab_size"]!.GetValue<int>());
    }

    [Fact]
    public async Task Padding_is_cut_unless_it_is_to_be_kept()
    {
        _ = new TokenizedModel { Pieces = Letters, Padding = 3 }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Padding = 3, Seed = 2 }.Write(_folder["b"]);

        await Merge(Average("a", "b") + "tokenizer_source: union", "cut");
        await Merge(Average("a", "b") + "tokenizer: {source: union, keep_padding: true}", "kept");
        await Merge(Average("a", "b"), "plain");

        Assert.Equal(5, (await Config("cut"))["vocab_size"]!.GetValue<int>());
        Assert.Equal(await File.ReadAllBytesAsync(_folder["plain/model.safetensors"]), await File.ReadAllBytesAsync(_folder["kept/model.safetensors"]));
    }

    [Fact]
    public async Task Rows_are_padded_with_the_mean_of_the_tokens_rows()
    {
        var a = new TokenizedModel { Pieces = Letters, Padding = 1 }.Write(_folder["a"]);

        Checkpoint merged = await Merge("merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}]\ntokenizer: {pad_to_multiple_of: 4}", "out");

        Assert.Equal(8, (await Config("out"))["vocab_size"]!.GetValue<int>());
        double[] mean = [.. Enumerable.Range(0, TokenizedModel.Width).Select(column => Letters.Average(token => a.Row(TokenizedModel.Embedding, token)[column]))];
        Assert.Equal(mean, RowOf(merged, TokenizedModel.Embedding, 5), Close);
        Assert.Equal(mean, RowOf(merged, TokenizedModel.Embedding, 7), Close);
    }

    [Fact]
    public async Task Rows_of_models_of_another_dtype_are_converted()
    {
        _ = new TokenizedModel { Pieces = Letters, DType = DType.BF16, Config = new JsonObject { ["torch_dtype"] = "float32" } }.Write(_folder["base"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>"], Seed = 2 }.Write(_folder["a"]);

        Checkpoint merged = await Merge("""
            merge_method: task_arithmetic
            base_model: base
            models: [{model: a, parameters: {weight: 0}}]
            tokenizer_source: union
            dtype: bfloat16
            """, "out");

        double[] stored = new double[TokenizedModel.Width];
        TensorConverter.Decode(DType.BF16, TestModel.Encode(DType.BF16, RowOf(Checkpoint.Open(_folder["a"]), TokenizedModel.Embedding, 5)).Span, stored);
        Assert.Equal(stored, RowOf(merged, TokenizedModel.Embedding, 5));
        Assert.Equal("bfloat16", (await Config("out"))["torch_dtype"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_tied_head_stays_tied_and_one_beside_stored_heads_is_aligned_as_a_head()
    {
        _ = new TokenizedModel { Pieces = Letters, IsTied = true }.Write(_folder["tied"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>"], IsTied = true, Seed = 2 }.Write(_folder["tied2"]);
        var untied = new TokenizedModel { Pieces = Letters, Added = ["<x>"], Seed = 3 }.Write(_folder["untied"]);

        Checkpoint tied = await Merge(Average("tied", "tied2") + "tokenizer_source: union", "out");
        Checkpoint mixed = await Merge(Average("untied", "tied") + "tokenizer_source: union", "mixed");

        Assert.DoesNotContain(tied.Tensors, tensor => tensor.Name == TokenizedModel.Head);
        Assert.Equal(untied.Row(TokenizedModel.Head, "<x>"), RowOf(mixed, TokenizedModel.Head, 5));
        Assert.Equal(untied.Row(TokenizedModel.Embedding, "<x>"), RowOf(mixed, TokenizedModel.Embedding, 5));
    }

    [Fact]
    public async Task The_numbers_of_special_tokens_follow_the_vocabulary()
    {
        _ = new TokenizedModel { Pieces = Letters, Added = ["<s>", "</s>"], Config = new JsonObject { ["bos_token_id"] = 5, ["eos_token_id"] = 6, ["pad_token_id"] = 4 } }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<end>", "<s>"], Seed = 2, Config = new JsonObject { ["eos_token_id"] = new JsonArray(5, 6) } }.Write(_folder["b"]);
        await File.WriteAllTextAsync(_folder["a/generation_config.json"], """{"temperature": 0.5, "eos_token_id": [6]}""");

        await Merge(Average("a", "b") + "tokenizer_source: b", "out");

        JsonNode config = await Config("out");
        Assert.Equal(6, config["bos_token_id"]!.GetValue<int>());
        Assert.Equal("[5,6]", config["eos_token_id"]!.ToJsonString());
        Assert.Equal(4, config["pad_token_id"]!.GetValue<int>());
        JsonNode generation = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out/generation_config.json"]))!;
        Assert.Equal("[5,6]", generation["eos_token_id"]!.ToJsonString());
        Assert.Equal(0.5, generation["temperature"]!.GetValue<double>());
    }

    [Fact]
    public async Task A_document_passes_its_vocabulary_on()
    {
        _ = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>"], Seed = 2 }.Write(_folder["b"]);
        var c = new TokenizedModel { Pieces = Letters, Added = ["<y>"], Seed = 3 }.Write(_folder["c"]);

        Checkpoint merged = await Merge($"name: first\n{Average("a", "b")}tokenizer_source: union\n---\n{Average("first", "c")}tokenizer_source: union", "out");
        await Merge($"name: first\n{Average("a", "b")}tokenizer_source: union\n---\nmerge_method: linear\nmodels: [{{model: first, parameters: {{weight: 1}}}}]", "same");

        Assert.Equal(7, (await Config("out"))["vocab_size"]!.GetValue<int>());
        Assert.Equal(c.Row(TokenizedModel.Embedding, "<y>"), RowOf(merged, TokenizedModel.Embedding, 6));
        Assert.Equal(6, (await Config("same"))["vocab_size"]!.GetValue<int>());
        Assert.Contains("<x>", await File.ReadAllTextAsync(_folder["same/tokenizer.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_other_ordinary_tokens_are_an_error_and_of_other_added_ones_a_warning()
    {
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>"] }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = ["a", "c", "b", "d", "e"], Added = ["<x>"], Seed = 2 }.Write(_folder["b"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<y>"], Seed = 3 }.Write(_folder["c"]);

        RecipeProblem error = Assert.Single(Load(Average("a", "b")).Problems);
        RecipeProblem warning = Assert.Single(Load(Average("a", "c")).Problems);

        Assert.Equal(RecipeSeverity.Error, error.Severity);
        Assert.Contains("2 of 6 rows of 'b'", error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer_source", error.Message, StringComparison.Ordinal);
        Assert.Equal(RecipeSeverity.Warning, warning.Severity);
        Assert.Contains("'<x>' in one and '<y>'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vocabularies_of_different_sizes_are_an_error_that_names_tokens()
    {
        _ = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>", "<y>"], Seed = 2 }.Write(_folder["b"]);
        RecipeProblem problem = Assert.Single(Load(Average("a", "b")).Problems);
        Assert.Contains("5 rows in 'a' and 7 in 'b'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'<x>', '<y>'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer_source: plain", "no tokenizer")]
    [InlineData("tokenizer: {tokens: {\"<x>\": {source: a}}}", "no such token")]
    [InlineData("tokenizer: {tokens: {\"<x>\": {source: {kind: model_token, model: a, token_id: 5}}}}", "0 to 4")]
    [InlineData("chat_template: chatlm", "chatml")]
    public void A_choice_that_cannot_be_made_is_an_error(string choice, string word)
    {
        _ = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Seed = 2 }.Write(_folder["b"]);
        _ = new TokenizedModel { Pieces = Letters, Seed = 3 }.Write(_folder["plain"]);
        File.Delete(_folder["plain/tokenizer.json"]);

        Recipe recipe = Load(Average("a", "b") + choice);

        Assert.False(recipe.IsValid);
        Assert.Contains(recipe.Problems, problem => problem.Message.Contains(word, StringComparison.Ordinal) && problem.Line == 3);
    }

    [Fact]
    public async Task A_token_without_a_source_is_only_added_and_one_that_is_forced_needs_a_source()
    {
        var a = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        var b = new TokenizedModel { Pieces = Letters, Added = ["<x>"], Seed = 2 }.Write(_folder["b"]);
        string recipe = Average("a", "b") + "tokenizer: {source: a, tokens: {<x>: {}, a: {source: null}}}";

        Checkpoint merged = await Merge(recipe, "out");

        Assert.Empty(Load(recipe).Problems);
        Assert.Equal(b.Row(TokenizedModel.Head, "<x>"), RowOf(merged, TokenizedModel.Head, a.Rows), Close);
        Assert.Contains("needs 'source'", Assert.Single(Load(Average("a", "b") + "tokenizer: {tokens: {<x>: {force: true}}}").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_base_its_vocabulary_is_that_of_the_first_model()
    {
        _ = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Added = ["<x>"], Seed = 2 }.Write(_folder["b"]);

        RecipeProblem problem = Assert.Single(Load(Average("a", "b") + "tokenizer_source: base").Problems);
        _ = await Merge(Average("a", "b") + "tokenizer_source: base", "out");

        Assert.Equal(RecipeSeverity.Warning, problem.Severity);
        Assert.Equal(5, (await Config("out"))["vocab_size"]!.GetValue<int>());
    }

    [Fact]
    public async Task Damaged_tokenizers_leave_no_output_behind()
    {
        _ = new TokenizedModel { Pieces = Letters }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = Letters, Seed = 2 }.Write(_folder["b"]);
        await File.WriteAllTextAsync(_folder["b/tokenizer.json"], "{\"model\": [");

        Recipe recipe = Load(Average("a", "b") + "tokenizer_source: union");

        Assert.Contains("b/tokenizer.json", Assert.Single(recipe.Problems).Message, StringComparison.Ordinal);
        _ = Assert.Throws<RecipeException>(() => recipe.Plan(new OutputTarget(_folder["out"]), EditOptions.Default));
    }

    [Fact]
    public async Task The_same_bytes_come_out_whatever_the_threads_and_the_memory()
    {
        string[] many = [.. Enumerable.Range(0, 3000).Select(number => $"t{number}")];
        _ = new TokenizedModel { Pieces = many }.Write(_folder["a"]);
        _ = new TokenizedModel { Pieces = [.. many.Reverse().Skip(7)], Added = ["<x>"], Seed = 2 }.Write(_folder["b"]);
        string recipe = Average("a", "b") + "tokenizer: {source: union, pad_to_multiple_of: 64}";

        await Merge(recipe, "one", EditOptions.Default with { Threads = 1, Memory = 64 << 20 });
        await Merge(recipe, "two", EditOptions.Default with { Threads = 3 });

        Assert.Equal(await File.ReadAllBytesAsync(_folder["one/model.safetensors"]), await File.ReadAllBytesAsync(_folder["two/model.safetensors"]));
    }

    private static readonly IEqualityComparer<double> Close = EqualityComparer<double>.Create((left, right) => Math.Abs(left - right) <= 1e-6, _ => 0);

    private static string Average(params string[] models) =>
        $"merge_method: linear\nmodels: [{string.Join(", ", models.Select(model => $"{{model: {model}, parameters: {{weight: 0.5}}}}"))}]\n";

    private static double[] RowOf(Checkpoint checkpoint, string tensor, int row) =>
        TestModel.Values(checkpoint, tensor).AsSpan(row * TokenizedModel.Width, TokenizedModel.Width).ToArray();

    private async Task<JsonNode> Config(string output) => JsonNode.Parse(await File.ReadAllTextAsync(_folder[$"{output}/config.json"]))!;

    private Task<Checkpoint> Merge(string text, string output, EditOptions? options = null) => Merge(_folder, text, output, options);

    private Recipe Load(string text) => RecipeText.Load(_folder, text);

    private static async Task<Checkpoint> Merge(TemporaryFolder folder, string text, string output, EditOptions? options = null)
    {
        Recipe recipe = RecipeText.Load(folder, text);
        Assert.True(recipe.IsValid, string.Join('\n', recipe.Problems));
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder[output]), options ?? EditOptions.Default));
        return Checkpoint.Open(folder[output]);
    }
}
