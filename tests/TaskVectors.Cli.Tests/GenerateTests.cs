using System.Text.Json;

namespace TaskVectors.Cli.Tests;

/// <summary>What models write is tested in the library; here, that the command finds models and prompts, and says what was written.</summary>
public sealed class GenerateTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("gpt2-grads", "GPT2LMHeadModel")]
    [InlineData("t5-relu-tied", "T5ForConditionalGeneration")]
    public async Task A_single_text_is_written_as_it_comes_and_several_are_json(string model, string architecture)
    {
        string[] line = ["generate", Golden(model), "--tokenizer", Vocabulary(), "--max-tokens", "5"];

        Outcome text = await Taskvec.RunAsync([.. line, "--prompt", "red green"]);
        Outcome json = await Taskvec.RunAsync([.. line, "-p", "red green", "-p", "blue", "--json"]);

        Assert.Equal((0, 0), (text.Code, json.Code));
        JsonElement[] texts = [.. json.Json.GetProperty("texts").EnumerateArray()];
        Assert.Equal(architecture, json.Json.GetProperty("architecture").GetString());
        Assert.Equal(["red green", "blue"], texts.Select(item => item.GetProperty("prompt").GetString()));
        Assert.Equal(texts[0].GetProperty("text").GetString() + Environment.NewLine, text.Output);
        Assert.NotEmpty(texts[0].GetProperty("text").GetString()!);
        Assert.Equal(5, texts[1].GetProperty("ids").GetArrayLength());
        Assert.All(texts[1].GetProperty("logProbabilities").EnumerateArray(), value => Assert.InRange(value.GetDouble(), double.MinValue, 0));
    }

    [Fact]
    public async Task Draws_depend_on_the_seed_and_greedy_text_does_not()
    {
        string[] line = ["generate", Golden("gpt2-grads"), "--tokenizer", Vocabulary(), "-p", "red green", "--max-tokens", "8"];

        string[] drawn = [.. await Task.WhenAll(((string[])["1", "1", "2"]).Select(async seed => (await Taskvec.RunAsync([.. line, "--temperature", "2", "--seed", seed])).Output))];
        string[] greedy = [.. await Task.WhenAll(((string[])["1", "2"]).Select(async seed => (await Taskvec.RunAsync([.. line, "--temperature", "0", "--seed", seed])).Output))];
        string plain = (await Taskvec.RunAsync(line)).Output;
        string one = (await Taskvec.RunAsync([.. line, "--top-k", "1"])).Output;

        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
        Assert.All([.. greedy, one], text => Assert.Equal(plain, text));
    }

    [Fact]
    public async Task Prompts_come_from_lines_arrays_and_columns()
    {
        File.WriteAllText(_place.PathOf("prompts.txt"), "red\ngood bad\n");
        File.WriteAllText(_place.PathOf("prompts.json"), """["red", "good bad"]""");
        File.WriteAllText(_place.PathOf("prompts.csv"), "start,other\nred,x\ngood bad,y\n");
        string[] line = ["generate", Golden("gpt2-grads"), "--tokenizer", Vocabulary(), "--max-tokens", "3", "--json", "--prompts"];

        Outcome lines = await Taskvec.RunAsync([.. line, _place.PathOf("prompts.txt")]);
        Outcome array = await Taskvec.RunAsync([.. line, _place.PathOf("prompts.json"), "--batch", "1"]);
        Outcome column = await Taskvec.RunAsync([.. line, _place.PathOf("prompts.csv"), "--text-column", "start"]);

        Assert.Equal((0, 0, 0), (lines.Code, array.Code, column.Code));
        Assert.Equal(lines.Output, column.Output);
        Assert.Equal(Ids(lines), Ids(array));
        Assert.Equal(2, lines.Json.GetProperty("texts").GetArrayLength());
    }

    [Fact]
    public async Task An_edit_that_changes_nothing_writes_what_the_model_writes()
    {
        string model = Golden("gpt2-grads");
        string[] line = ["--tokenizer", Vocabulary(), "-p", "red green", "--max-tokens", "8"];

        Outcome plain = await Taskvec.RunAsync(["generate", model, .. line]);
        Outcome edit = await Taskvec.RunAsync(["generate", "--edit", "a + 2*(b - a)", "-m", $"a={model}", "-m", $"b={model}", .. line]);

        Assert.Equal((0, plain.Output), (edit.Code, edit.Output));
    }

    [Fact]
    public async Task A_text_ends_at_the_token_that_the_configuration_names()
    {
        string folder = Directory.CreateDirectory(_place.PathOf("ends")).FullName;
        File.Copy(Path.Combine(Golden("gpt2-grads"), "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        File.Copy(Path.Combine(Golden("gpt2-grads"), "config.json"), Path.Combine(folder, "config.json"));
        string[] line = ["generate", folder, "--tokenizer", Vocabulary(), "-p", "red green", "--max-tokens", "8", "--json"];
        int third = Ids(await Taskvec.RunAsync([.. line, "--ignore-end"]))[2];
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), $$"""{"eos_token_id": [-1, {{third}}]}""");

        Outcome ended = await Taskvec.RunAsync(line);
        Outcome whole = await Taskvec.RunAsync([.. line, "--ignore-end"]);

        Assert.InRange(Ids(ended).Length, 1, 3);
        Assert.Equal(third, Ids(ended)[^1]);
        Assert.True(ended.Json.GetProperty("texts")[0].GetProperty("ended").GetBoolean());
        Assert.Equal(8, Ids(whole).Length);
    }

    [Fact]
    public async Task Command_lines_that_make_no_sense_are_mistakes_of_usage()
    {
        string model = Golden("gpt2-grads");
        (string[] Line, string Said)[] cases =
        [
            ([model], "--prompt"),
            ([model, "-p", "x", "--prompts", "y"], "--prompt"),
            (["-p", "x"], "MODEL"),
            ([model, "-p", "x", "--max-tokens", "0"], "--max-tokens"),
            ([model, "-p", "x", "--max-tokens", "2000000000"], "--max-tokens"),
            ([model, "-p", "x", "--temperature", "-1"], "--temperature"),
            ([model, "-p", "x", "--top-p", "1.5"], "--top-p"),
            ([model, "-p", "x", "--batch", "0"], "--batch"),
        ];
        foreach ((string[] line, string said) in cases)
        {
            Outcome outcome = await Taskvec.RunAsync(["generate", .. line]);
            Assert.Equal(2, outcome.Code);
            Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Models_that_do_not_write_and_files_without_prompts_are_bad_input()
    {
        File.WriteAllText(_place.PathOf("empty.json"), "[]");
        Outcome encoder = await Taskvec.RunAsync("generate", Golden("minilm-embedding"), "--tokenizer", Vocabulary(), "-p", "red", "--json");
        Outcome empty = await Taskvec.RunAsync("generate", Golden("gpt2-grads"), "--tokenizer", Vocabulary(), "--prompts", _place.PathOf("empty.json"), "--json");

        Assert.Equal((3, "model.invalid-input"), (encoder.Code, encoder.SingleError.GetProperty("kind").GetString()));
        Assert.Equal((3, "data.empty"), (empty.Code, empty.SingleError.GetProperty("kind").GetString()));
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "models", name);

    private static int[] Ids(Outcome outcome) =>
        [.. outcome.Json.GetProperty("texts").EnumerateArray().SelectMany(text => text.GetProperty("ids").EnumerateArray()).Select(id => id.GetInt32())];

    private string Vocabulary()
    {
        File.WriteAllLines(_place.PathOf("vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad", .. Enumerable.Range(0, 80).Select(i => $"w{i}")]);
        return _place.PathOf("vocab.txt");
    }
}
