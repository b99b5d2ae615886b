using System.CommandLine;
using System.Globalization;
using TaskVectors.Cli.Output;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec tokenize MODEL [TEXT | --lines FILE | --strings FILE.json]</c>.</summary>
internal sealed class TokenizeCommand : Verb
{
    private readonly Argument<string> _model = new("MODEL")
    {
        Description = "A folder with a tokenizer, or its file: tokenizer.json, *.model, vocab.json beside merges.txt, vocab.txt.",
    };

    private readonly Argument<string?> _text = new("TEXT")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The text; with --decode, ids such as \"15496 11 995\".",
    };

    private readonly Option<string?> _lines = new("--lines") { HelpName = "FILE", Description = "A file with a text (or with --decode, ids) a line." };

    private readonly Option<string?> _strings = new("--strings")
    {
        HelpName = "FILE.json",
        Description = "A JSON array of strings (with --decode, of arrays of ids).",
    };

    private readonly Option<bool> _decode = new("--decode") { Description = "Turn ids into text." };

    private readonly Option<bool> _skipSpecial = new("--skip-special")
    {
        Description = "Add no special tokens; with --decode, leave them out.",
    };

    private readonly Option<bool> _lengths = new("--lengths")
    {
        Description = "Truncate and pad as the tokenizer's file asks for; without it, texts are shown whole.",
    };

    public TokenizeCommand(Terminal terminal)
        : base("tokenize", "Show the ids, tokens and offsets that a model's tokenizer makes of text, or the text of ids.", terminal)
    {
        Add(_model);
        Add(_text);
        Add(_lines);
        Add(_strings);
        Add(_decode);
        Add(_skipSpecial);
        Add(_lengths);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec tokenize gpt2/ \"Hello, world!\"",
        "taskvec tokenize gpt2/ --strings texts.json --json",
        "taskvec tokenize gpt2/ --decode \"15496 11 995\"",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string?[] sources = [parsed.GetValue(_text), parsed.GetValue(_lines), parsed.GetValue(_strings)];
        if (sources.Count(source => source is not null) != 1)
        {
            throw new UsageException("Give one of TEXT, --lines FILE and --strings FILE.json.");
        }

        var tokenizer = Tokenizer.Load(parsed.GetRequiredValue(_model));
        var report = new TokenText(reporter);
        bool keepSpecial = !parsed.GetValue(_skipSpecial);
        if (parsed.GetValue(_decode))
        {
            IReadOnlyList<IReadOnlyList<int>> ids = ReadIds(sources);
            report.WriteDecoded(ids, [.. ids.Select(list => tokenizer.Decode(list, !keepSpecial))]);
            return Task.FromResult(ExitCode.Done);
        }

        tokenizer = parsed.GetValue(_lengths) ? tokenizer : tokenizer.WithTruncation(null).WithPadding(null);
        report.WriteEncoded(tokenizer.EncodeBatch(ReadTexts(sources), keepSpecial));
        return Task.FromResult(ExitCode.Done);
    }

    private static IReadOnlyList<string> ReadTexts(string?[] sources) => sources switch
    {
        [{ } text, _, _] => [text],
        [_, { } lines, _] => TextFiles.ReadLines(lines),
        _ => TextFiles.ReadJsonStrings(sources[2]!),
    };

    private static IReadOnlyList<IReadOnlyList<int>> ReadIds(string?[] sources) => sources switch
    {
        [{ } text, _, _] => [ParseIds(text)],
        [_, { } lines, _] => [.. TextFiles.ReadLines(lines).Select(ParseIds)],
        _ => TextFiles.ReadJsonIntegers(sources[2]!),
    };

    private static List<int> ParseIds(string text)
    {
        var ids = new List<int>();
        foreach (string word in text.Split([' ', ',', '\t', '[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            ids.Add(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                ? id
                : throw new UsageException($"With --decode, ids are whole numbers with spaces or commas between; got '{Printable.Short(word, 40)}'."));
        }

        return ids;
    }
}
