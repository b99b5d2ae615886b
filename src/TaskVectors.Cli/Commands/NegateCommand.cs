using System.CommandLine;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec negate BASE VECTOR_OR_FINETUNED -o OUT</c>: theta_base - lambda tau.</summary>
internal sealed class NegateCommand : EditVerb
{
    private const double DefaultCoefficient = 1;

    private readonly Argument<string> _base = new("BASE") { Description = "The pre-trained checkpoint: PATH or NAME=PATH." };
    private readonly Argument<string> _unwanted = new("VECTOR_OR_FINETUNED")
    {
        Description = "What to forget: a task vector, or the checkpoint fine-tuned on it.",
    };

    private readonly Option<double?> _coefficient = OptionFactory.Number(
        "--coefficient", "How far to move: lambda of BASE - lambda*tau. Default: 1.");

    public NegateCommand(Terminal terminal)
        : base("negate", "Make a model forget: BASE - coefficient * task vector.", terminal)
    {
        Add(_base);
        Add(_unwanted);
        Add(_coefficient);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec negate gpt2/ toxic.safetensors --coefficient 0.5 -o gpt2-polite/",
        "taskvec negate gpt2/ gpt2-toxic/ -o gpt2-polite/",
    ];

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [ModelReference.Parse(parsed.GetRequiredValue(_base)), ModelReference.Parse(parsed.GetRequiredValue(_unwanted))];

    protected override string Compose(ParseResult parsed, ModelSet models)
    {
        OpenedModel from = models.RequireCheckpoint(0);
        double coefficient = parsed.GetValue(_coefficient) ?? DefaultCoefficient;
        return FormattableString.Invariant($"{from.Quoted} - {coefficient:R}*{models[1].VectorFrom(from)}");
    }
}
