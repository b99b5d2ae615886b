using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec generate MODEL --prompt TEXT|--prompts FILE</c>, or an edit in place of MODEL.</summary>
internal sealed class GenerateCommand : Verb
{
    private const int DefaultBatch = 8;

    private readonly EvaluatedModel _model = new();
    private readonly Option<string[]> _prompt = new("--prompt", "-p") { HelpName = "TEXT", Description = "The text to continue, or T5's source. Repeatable." };
    private readonly Option<string?> _prompts = new("--prompts") { HelpName = "FILE", Description = "Texts to continue: one a line, a .json array of strings, or a column of .csv, .tsv or .jsonl." };
    private readonly Option<string> _textColumn = new("--text-column") { HelpName = "NAME", Description = "Column or key of the prompts.", DefaultValueFactory = _ => "text" };
    private readonly GenerationOptionGroup _generation = new();
    private readonly Option<ulong> _seed = new("--seed") { HelpName = "NUMBER", Description = "Seed of what is drawn. Default: 0." };
    private readonly Option<string?> _tokenizer = new("--tokenizer") { HelpName = "PATH", Description = "The tokenizer. Default: the model's." };
    private readonly Option<int?> _batch = new("--batch") { HelpName = "NUMBER", Description = $"Prompts at a time. Default: {DefaultBatch}." };
    private readonly Option<int?> _threads = new("--threads") { HelpName = "NUMBER", Description = "How many threads share an operation. Default: the number of processors." };

    public GenerateCommand(Terminal terminal)
        : base("generate", "Write text with a model, or with an edit that is not written.", terminal)
    {
        _model.AddTo(this);
        Add(_prompt);
        Add(_prompts);
        Add(_textColumn);
        _generation.AddTo(this);
        Add(_seed);
        Add(_tokenizer);
        Add(_batch);
        Add(_threads);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec generate gpt2/ --prompt \"Once upon a time\"",
        "taskvec generate --edit \"base - 0.6*(toxic - base)\" -m base=gpt2/ -m toxic=gpt2-toxic/ -p \"You are\" --temperature 0.8 --top-p 0.95 --seed 7",
        "taskvec generate t5/ --prompts sentences.txt --max-tokens 128 --json",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> prompts = Prompts(parsed);
        Checkpoint checkpoint = _model.Open(parsed);
        var settings = ModelSettings.Read(checkpoint, _model.Bind(parsed).ConfigPath);
        GenerationOptions options = _generation.Create(parsed, settings, parsed.GetValue(_seed));
        int batch = OptionFactory.AtLeastOne(parsed, _batch) ?? DefaultBatch;
        Tokenizer tokenizer = settings.LoadTokenizer(parsed.GetValue(_tokenizer) ?? ModelSettings.FolderOf(checkpoint));
        using ComputeContext context = new(new ComputeOptions { Threads = OptionFactory.AtLeastOne(parsed, _threads) ?? 0 });
        using Model model = _model.Load(parsed, checkpoint, context, reporter);
        var output = new GenerationText(reporter, _model.NameOf(parsed), model.Architecture, prompts.Count);
        output.Write(new TextCompleter(model, tokenizer, options, batch).Stream(prompts, output.Tell, cancellationToken));
        return Task.FromResult(ExitCode.Done);
    }

    private IReadOnlyList<string> Prompts(ParseResult parsed) => (parsed.GetValue(_prompt), parsed.GetValue(_prompts)) switch
    {
        ({ Length: > 0 } texts, null) => texts,
        (null or { Length: 0 }, { } file) => PromptFile.Read(file, parsed.GetRequiredValue(_textColumn)),
        _ => throw new UsageException("Give either --prompt TEXT or --prompts FILE."),
    };
}
