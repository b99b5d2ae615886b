using System.Text.Json;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests;

public sealed class TokenizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public TokenizeTests()
    {
        _model = _folder["vocab.txt"];
        File.WriteAllLines(_model, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "hello", "world", "##s", "!"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Json_is_an_array_with_the_ids_tokens_and_offsets_of_every_text()
    {
        File.WriteAllText(_folder["texts.json"], """["Hello worlds!", "", "w\u00f6rld 😀"]""");
        var outcome = await Taskvec.RunAsync("tokenize", _folder.Path, "--strings", _folder["texts.json"], "--json");

        Assert.Equal(0, outcome.Code);
        JsonElement[] texts = [.. outcome.Json.EnumerateArray()];
        Assert.Equal(3, texts.Length);
        Assert.Equal([2, 4, 5, 6, 7, 3], Integers(texts[0], "ids"));
        Assert.Equal([0, 0, 0, 5, 6, 11, 11, 12, 12, 13, 0, 0], Integers(texts[0], "offsets"));
        Assert.Equal("##s", texts[0].GetProperty("tokens")[3].GetString());
        Assert.Equal([2, 3], Integers(texts[1], "ids"));
        Assert.Equal([2, 5, 1, 3], Integers(texts[2], "ids"));
        Assert.Equal([0, 0, 0, 5, 6, 7, 0, 0], Integers(texts[2], "offsets"));
    }

    [Fact]
    public async Task Lines_of_a_file_are_texts_and_special_tokens_can_be_left_out()
    {
        File.WriteAllText(_folder["texts.txt"], "hello\r\nworld !\n");
        var outcome = await Taskvec.RunAsync("tokenize", _model, "--lines", _folder["texts.txt"], "--skip-special", "--json");
        Assert.Equal([[4], [5, 7]], outcome.Json.EnumerateArray().Select(text => Integers(text, "ids")));
    }

    [Fact]
    public async Task Ids_are_turned_back_into_text()
    {
        Assert.Equal("[CLS] hello worlds! [SEP]", (await Taskvec.RunAsync("tokenize", _model, "--decode", "2 4 5 6 7 3")).Output.Trim());
        Assert.Equal("hello", (await Taskvec.RunAsync("tokenize", _model, "--decode", "[2, 4, 3]", "--skip-special")).Output.Trim());

        File.WriteAllText(_folder["ids.json"], "[[4], [5, 6]]");
        var outcome = await Taskvec.RunAsync("tokenize", _model, "--decode", "--strings", _folder["ids.json"], "--json");
        Assert.Equal(["hello", "worlds"], outcome.Json.EnumerateArray().Select(item => item.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_table_shows_each_token_with_its_offsets()
    {
        var outcome = await Taskvec.RunAsync("tokenize", _model, "Hello worlds");
        Assert.Contains("##s", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("11-12", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("5 tokens", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2, "a", "--lines", "b")]
    [InlineData(2, "x 1", "--decode")]
    [InlineData(3, "99", "--decode")]
    [InlineData(3, "--lines", "missing.txt")]
    public async Task Mistakes_are_told_with_the_exit_code_of_their_kind(int code, params string[] arguments) =>
        Assert.Equal(code, (await Taskvec.RunAsync(["tokenize", _model, .. arguments])).Code);

    [Fact]
    public async Task A_folder_without_a_tokenizer_is_told_what_it_lacks()
    {
        string empty = Directory.CreateDirectory(_folder["empty"]).FullName;
        var outcome = await Taskvec.RunAsync("tokenize", empty, "x", "--json");
        Assert.Equal(3, outcome.Code);
        Assert.Equal("tokenizer.missing", outcome.SingleError.GetProperty("kind").GetString());
        Assert.Equal(empty, outcome.SingleError.GetProperty("file").GetString());
    }

    private static int[] Integers(JsonElement item, string name) =>
        [.. item.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];
}
