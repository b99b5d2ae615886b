using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec spectrum --base BASE NAME=PATH ...</c>.</summary>
internal sealed class SpectrumCommand : Verb
{
    private readonly ComparedModels _models = new();
    private readonly Option<double?> _fraction = OptionFactory.Number("--angle-fraction", "The column spaces compared have this fraction of the smaller side as dimension. Default: 0.2.");
    private readonly FilterOptionGroup _filter = new("Tensors to look at.");
    private readonly ResourceOptionGroup _resources = new();

    public SpectrumCommand(Terminal terminal)
        : base("spectrum", "Show the singular values of task vectors, matrix by matrix, and how far their column spaces overlap.", terminal)
    {
        _models.AddTo(this);
        Add(_fraction);
        _filter.AddTo(this);
        _resources.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
        ["taskvec spectrum --base gpt2/ math=gpt2-math/ code=gpt2-code/", "taskvec spectrum --base gpt2/ math=math-lora/ --include mlp --json", "taskvec spectrum --base gpt2/ --parts parts/"];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        ModelSet models = _models.Open(parsed);
        Checkpoint pretrained = models[0].ToCheckpoint();
        double fraction = parsed.GetValue(_fraction) ?? SpectrumOptions.Default.AngleFraction;
        if (fraction is not (> 0 and <= 1))
        {
            throw new UsageException("--angle-fraction lies above 0 and is at most 1.");
        }

        var options = new SpectrumOptions
        {
            Filter = _filter.Bind(parsed),
            AngleFraction = fraction,
            Missing = _models.Missing(parsed),
            AnyBase = _models.IsAnyBase(parsed),
            Memory = _resources.Memory(parsed),
            Threads = _resources.Threads(parsed),
        };
        NamedTaskVector[] vectors = [.. models.Models.Skip(1).Select(model => new NamedTaskVector(model.Name, VectorOf(model, pretrained)))];
        SpectrumReport report = await ProgressDisplay.RunAsync(reporter, progress => SpectrumAnalysis.RunAsync(vectors, options, progress, cancellationToken)).ConfigureAwait(false);
        new SpectrumText(report).Write(reporter);
        return ExitCode.Done;
    }

    // Relative to the base, so that an adapter is bound to it.
    private static TaskVector VectorOf(OpenedModel model, Checkpoint pretrained) => model.IsVector
        ? pretrained + TaskVector.FromSource(model.Source) - pretrained
        : model.ToCheckpoint() - pretrained;
}
