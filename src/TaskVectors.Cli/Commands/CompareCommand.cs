using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec compare --base BASE NAME=PATH ...</c>.</summary>
internal sealed class CompareCommand : Verb
{
    private const int DefaultTop = 10;

    private readonly Option<string> _base = new("--base")
    {
        Required = true,
        HelpName = "BASE",
        Description = "The pre-trained checkpoint: PATH or NAME=PATH.",
    };

    private readonly Argument<string[]> _models = new("NAME=PATH")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Checkpoints fine-tuned from the base.",
    };

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
        Add(_models);
        Add(_base);
        Add(_top);
        _filter.AddTo(this);
        _resources.AddTo(this);
    }

    public override IReadOnlyList<string> Examples => ["taskvec compare --base gpt2/ math=gpt2-math/ code=gpt2-code/"];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = parsed.GetRequiredValue(_models).Prepend(parsed.GetRequiredValue(_base));
        ModelSet models = ModelSet.Open([.. paths.Select(text => ModelReference.Parse(text))]);
        NamedCheckpoint[] named = [.. Enumerable.Range(0, models.Models.Count).Select(index => ToNamed(models.RequireCheckpoint(index)))];
        var options = new AnalysisOptions
        {
            Memory = _resources.Memory(parsed),
            Threads = _resources.Threads(parsed),
            Filter = _filter.Bind(parsed),
        };
        ComparisonReport report = await ProgressDisplay.RunAsync(
            reporter,
            progress => TaskVectorComparison.RunAsync(named[0], named[1..], options, progress, cancellationToken)).ConfigureAwait(false);
        new ComparisonText(report).Write(reporter, parsed.GetValue(_top) ?? DefaultTop);
        return ExitCode.Done;
    }

    private static NamedCheckpoint ToNamed(OpenedModel model) => new(model.Name, Checkpoint.FromSource(model.Source));
}
