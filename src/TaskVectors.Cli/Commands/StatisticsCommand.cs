using System.CommandLine;
using System.Diagnostics;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Statistics;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec statistics MODEL --kind fisher|gram --task TASK --data PATH -o FILE</c>.</summary>
internal sealed class StatisticsCommand : Verb
{
    private readonly EvaluatedModel _model = new();
    private readonly StatisticsOptionGroup _statistics = new();
    private readonly EvaluationOptionGroup _evaluation = EvaluationOptionGroup.OfScores();
    private readonly Option<string> _output = new("--output", "-o") { Required = true, HelpName = "FILE", Description = "The safetensors file to write." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output that this program wrote." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Open model and data, say what would be made, and write nothing." };

    public StatisticsCommand(Terminal terminal)
        : base("statistics", "Make statistics of a model on data, with which 'merge --method fisher' and 'regmean' weigh models.", terminal)
    {
        _model.AddTo(this);
        _statistics.AddTo(this);
        _evaluation.AddTo(this);
        Add(_output);
        Add(_force);
        Add(_dryRun);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec statistics vit/mnist.safetensors --kind fisher --task image-classification --data train-images --labels train-labels --head heads.safetensors --head-name mnist -o mnist.fisher.safetensors",
        "taskvec statistics bert-reviews/ --kind gram --task text-classification --data reviews.csv --examples 500 -o reviews.gram.safetensors",
        "taskvec statistics --edit \"base + books\" -m base=minilm/ -m books=lora-books/ --kind gram --task text-classification --data reviews.csv --head books.safetensors -o books.gram.safetensors",
        "taskvec statistics gpt2-code/ --kind gram --task perplexity --data code.txt --window 256 -o code.gram.safetensors",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        OutputTarget target = Target(parsed);
        StatisticsKind kind = _statistics.Kind(parsed);
        if (kind == StatisticsKind.Fisher && _model.KeepsDType(parsed))
        {
            throw new UsageException("Fisher information needs F32 weights; leave --keep-dtype out.");
        }

        StatisticsOptions options = _statistics.Bind(parsed, _evaluation.Seed(parsed));
        Checkpoint checkpoint = _model.Open(parsed);
        target.RequireApart(checkpoint);
        using ComputeContext context = new(_evaluation.Compute(parsed));
        using Model model = _model.Load(parsed, checkpoint, context, reporter);
        ModelEvaluator evaluator = _evaluation.Create(parsed, checkpoint, _model, context, reporter.Note);
        using var statistics = ModelStatistics.Plan(model, evaluator, kind, options);
        StatisticsText text = new(statistics, model.Architecture, evaluator.Name, target.Path);
        if (parsed.GetValue(_dryRun))
        {
            text.WritePlan(reporter);
            return Task.FromResult(ExitCode.Done);
        }

        var watch = Stopwatch.StartNew();
        StatisticsDisplay.Run(reporter, progress => statistics.Write(target, checkpoint, _model.NameOf(parsed), progress, cancellationToken));
        text.WriteResult(reporter, watch.Elapsed);
        return Task.FromResult(ExitCode.Done);
    }

    private OutputTarget Target(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(_output);
        if (string.IsNullOrWhiteSpace(path) || new OutputTarget(path) is not { IsSingleFile: true } target)
        {
            throw new UsageException("--output is one file that ends in .safetensors.");
        }

        target.RequireFree(parsed.GetValue(_force));
        return target;
    }
}
