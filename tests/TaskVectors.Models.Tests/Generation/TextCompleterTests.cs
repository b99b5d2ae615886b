using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tests.Tokenizers;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Generation;

/// <summary>Texts in, texts out: batches, pieces and ends. The numbers are those of the golden generation tests.</summary>
public sealed class TextCompleterTests : IDisposable
{
    private static readonly SamplingOptions Warm = new() { Temperature = 1.5, TopK = 30, Seed = 11 };

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });

    public static TheoryData<string> TokenizerNames => [.. GoldenTokenizers.Names];

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("gpt2-grads")]
    [InlineData("t5-relu-tied")]
    public void A_text_depends_on_its_prompt_its_number_and_the_seed_alone(string name)
    {
        using Model model = Load(name);
        string[] prompts = ["red green blue", "good", "bad bad red", "green w3 w5 w7 w9"];
        GenerationOptions options = new() { MaximumNewTokens = 6, Sampling = Warm };

        IReadOnlyList<CompletedText> together = new TextCompleter(model, Words(), options, batchSize: 4).Complete(prompts);
        IReadOnlyList<CompletedText> alone = new TextCompleter(model, Words(), options, batchSize: 1).Complete(prompts);
        IReadOnlyList<CompletedText> later = new TextCompleter(model, Words(), options with { FirstSequence = 2 }).Complete(prompts[2..]);
        IReadOnlyList<CompletedText> other = new TextCompleter(model, Words(), options with { Sampling = Warm with { Seed = 12 } }).Complete(prompts);

        Assert.Equal(prompts, together.Select(text => text.Prompt));
        Assert.Equal(together.Select(text => text.Text), alone.Select(text => text.Text));
        Assert.Equal(together.Skip(2).Select(text => text.Text), later.Select(text => text.Text));
        Assert.NotEqual(together.Select(text => text.Text), other.Select(text => text.Text));
        Assert.All(together, text => Assert.Equal((6, 6), (text.Ids.Count, text.LogProbabilities.Count)));
    }

    [Fact]
    public void Pieces_make_up_the_text_and_come_in_the_order_of_tokens()
    {
        using Model model = Load("gpt2-grads");
        string[] told = ["", ""];

        IReadOnlyList<CompletedText> texts = new TextCompleter(model, Words(), new GenerationOptions { MaximumNewTokens = 8, Sampling = Warm })
            .Complete(["red green", "blue"], (index, piece) => told[index] += piece);

        Assert.Equal(told, texts.Select(text => text.Text));
        Assert.All(texts, text => Assert.NotEmpty(text.Text));
    }

    [Fact]
    public void Texts_of_a_batch_are_given_before_the_next_batch_is_run()
    {
        using Model model = Load("gpt2-grads");
        int told = 0;
        TextCompleter completer = new(model, Words(), new GenerationOptions { MaximumNewTokens = 3, Sampling = Warm }, batchSize: 2);

        using IEnumerator<CompletedText> texts = completer.Stream(["red", "green", "blue"], (index, _) => told = Math.Max(told, index)).GetEnumerator();

        Assert.True(texts.MoveNext());
        Assert.Equal(("red", 1), (texts.Current.Prompt, told));
        Assert.True(texts.MoveNext() && texts.MoveNext());
        Assert.Equal(("blue", 2), (texts.Current.Prompt, told));
        Assert.False(texts.MoveNext());
    }

    [Fact]
    public void An_end_token_ends_a_text_and_is_not_part_of_it()
    {
        using Model model = Load("gpt2-grads");
        GenerationOptions options = new() { MaximumNewTokens = 8, Sampling = Warm };
        CompletedText whole = new TextCompleter(model, Words(), options).Complete(["red"])[0];

        CompletedText ended = new TextCompleter(model, Words(), options with { EndIds = [-5, whole.Ids[3]] }).Complete(["red"])[0];

        int place = whole.Ids.ToList().IndexOf(whole.Ids[3]);
        Assert.Equal(whole.Ids.Take(place + 1), ended.Ids);
        Assert.Equal((true, false), (ended.IsEnded, whole.IsEnded));
        Assert.StartsWith(ended.Text, whole.Text, StringComparison.Ordinal);
        Assert.NotEqual(ended.Text, whole.Text);
    }

    [Fact]
    public void Prompts_that_are_empty_or_too_long_are_an_error_that_names_them()
    {
        using Model model = Load("gpt2-grads");
        TextCompleter completer = new(model, Words());

        string message = Assert.Throws<ModelException>(() => completer.Complete(["red", string.Join(' ', Enumerable.Repeat("blue", 2000))])).Message;

        Assert.Contains("Prompt 1 has", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_that_do_not_write_and_vocabularies_that_do_not_fit_are_refused()
    {
        using Model encoder = Load("minilm-embedding");
        using Model writer = Load("gpt2-grads");

        Assert.Contains("does not write text", Assert.Throws<ModelException>(() => new TextCompleter(encoder, Words())).Message, StringComparison.Ordinal);
        Assert.Contains("rows", Assert.Throws<TokenizerException>(() => new TextCompleter(writer, Words(140))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TokenizerNames))]
    public void Tokens_told_one_by_one_make_the_text_that_they_make_together(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(GoldenTokenizers.PathOf(name, "tokenizer.json"));
        foreach (string text in (string[])["Hello, world!", "  two  spaces ", "naïve café 東京 🙂🏽 end", "a\nb\tc", "don't stop 12345", "Ünïcödé — ok"])
        {
            IReadOnlyList<int> ids = tokenizer.WithPadding(null).Encode(text, addSpecialTokens: false).Ids;
            IncrementalText incremental = new(tokenizer, []);
            string told = string.Concat(ids.Select(incremental.Add)) + incremental.Finish();

            Assert.Equal(told, incremental.Text);
            Assert.Equal(tokenizer.Decode(ids), told);
        }
    }

    private Tokenizer Words(int count = 90)
    {
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad", .. Enumerable.Range(0, count - 10).Select(i => $"w{i}")];
        File.WriteAllLines(_folder["vocab.txt"], words);
        return Tokenizer.Load(_folder["vocab.txt"]);
    }

    private Model Load(string name) => ModelLoader.Load(Checkpoint.Open(new GoldenCase(name).ModelFolder), _context);
}
