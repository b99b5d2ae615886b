using System.CommandLine;
using TaskVectors.Analysis;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec compare --base BASE NAME=PATH ...</c>.</summary>
internal sealed class CompareCommand : Verb
{
    private const int DefaultTop = 10;

    private readonly ComparedModels _models = new();
    private readonly Option<int?> _top = new("--top")
    {
        HelpName = "NUMBER",
        Description = "How many tensors to list, those moved furthest first. Default: 10. JSON always has all.",
    };

    private readonly FilterOptionGroup _filter = new("Tensors to look at.");
    private readonly ResourceOptionGroup _resources = new();

    public CompareCommand(Terminal terminal)
        : base("compare", "Compare the task vectors of models over one base: norms, cosines, tensors moved furthest.", terminal)
    {
        _models.AddTo(this);
        Add(_top);
        _filter.AddTo(this);
        _resources.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec compare --base gpt2/ math=gpt2-math/ code=gpt2-code/",
        "taskvec compare --base gpt2/ math=math.safetensors code=code-lora/ --top 5",
        "taskvec compare --base gpt2/ --parts parts/",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        NamedSource[] named = [.. _models.Open(parsed).Models.Select(model => new NamedSource(model.Name, model.RequireStored()))];
        var options = new AnalysisOptions
        {
            Memory = _resources.Memory(parsed),
            Threads = _resources.Threads(parsed),
            Filter = _filter.Bind(parsed),
            Missing = _models.Missing(parsed),
            AnyBase = _models.IsAnyBase(parsed),
        };
        ComparisonReport report = await ProgressDisplay.RunAsync(
            reporter,
            progress => TaskVectorComparison.RunAsync(named[0], named[1..], options, progress, cancellationToken)).ConfigureAwait(false);
        new ComparisonText(report).Write(reporter, parsed.GetValue(_top) ?? DefaultTop);
        return ExitCode.Done;
    }
}
