using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec eval MODEL --task TASK --data PATH</c>.</summary>
internal sealed class EvalCommand : Verb
{
    private readonly EvaluatedModel _model = new();
    private readonly EvaluationOptionGroup _evaluation = new();
    private readonly Option<bool> _predictions = new("--predictions") { Description = "With --json, also the class chosen for each example." };
    private readonly Option<string?> _samples = new("--samples") { HelpName = "FILE", Description = "Generation: keep the texts as JSON lines." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing file of samples." };

    public EvalCommand(Terminal terminal)
        : base("eval", "Measure a model, or an edit that is not written, on examples.", terminal)
    {
        _model.AddTo(this);
        _evaluation.AddTo(this);
        Add(_predictions);
        Add(_samples);
        Add(_force);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec eval vit/ --task image-classification --data photos/",
        "taskvec eval vit/mnist.safetensors --task image-classification --data t10k-images --labels t10k-labels --head heads.safetensors --head-name mnist",
        "taskvec eval --edit \"base + 0.7*books\" -m base=minilm/ -m books=lora-books/ --task text-classification --data reviews.csv --prompts prompts.json",
        "taskvec eval gpt2/ --task perplexity --data wiki.txt --json",
        "taskvec eval gpt2/ --task generation --data prompts.txt --temperature 1 --classifier toxicity-bert/ --class toxic --samples texts.jsonl",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string? samples = parsed.GetValue(_samples);
        if (samples is not null && File.Exists(samples) && !parsed.GetValue(_force))
        {
            throw new UsageException($"'{Printable.Of(samples)}' exists; pass --force to replace it.");
        }

        if (samples is not null && !_evaluation.WritesTexts(parsed))
        {
            throw new UsageException("--samples keeps the texts of --task generation; no other task has any.");
        }

        Checkpoint checkpoint = _model.Open(parsed, _evaluation.UsesModels(parsed));
        using ComputeContext context = new(_evaluation.Compute(parsed));
        using Model model = _model.Load(parsed, checkpoint, context, reporter);
        ModelEvaluator evaluator = _evaluation.Create(parsed, checkpoint, _model, context, reporter.Note);
        using var owner = evaluator as IDisposable;
        EvaluationResult result = evaluator.Evaluate(model, cancellationToken);
        if (samples is not null)
        {
            SampleFile.Write(samples, result.Texts);
        }

        new EvaluationText(_model.NameOf(parsed), model.Architecture, result, parsed.GetValue(_predictions)).Write(reporter);
        return Task.FromResult(ExitCode.Done);
    }
}
