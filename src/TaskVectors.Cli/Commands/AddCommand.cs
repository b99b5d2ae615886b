using System.CommandLine;
using System.Globalization;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec add BASE FINETUNED... -o OUT</c>: theta_base + sum_i lambda_i tau_i.</summary>
internal sealed class AddCommand : EditVerb
{
    // What task arithmetic takes where no coefficient can be tuned (Yadav et al., "TIES-Merging", NeurIPS 2023, section 6).
    private const double DefaultCoefficient = 0.4;

    private readonly Argument<string> _base = new("BASE") { Description = "The pre-trained checkpoint: PATH or NAME=PATH." };
    private readonly Argument<string[]> _models = new("FINETUNED")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "What to learn: checkpoints fine-tuned from BASE, or task vectors; PATH or NAME=PATH.",
    };

    private readonly Option<IReadOnlyList<double>> _coefficients = OptionFactory.Numbers(
        "--coefficient", "One for all, or one a model in their order: repeated, or separated by commas. Default: 0.4.");

    public AddCommand(Terminal terminal)
        : base("add", "Make a model learn: BASE + the sum of coefficient * task vector.", terminal)
    {
        Add(_base);
        Add(_models);
        Add(_coefficients);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec add gpt2/ gpt2-math/ gpt2-code/ -o gpt2-both/",
        "taskvec add base=gpt2/ math=runs/7/ code=runs/9/ --coefficient 0.5,0.3 -o gpt2-both/",
    ];

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [
            ModelReference.Parse(parsed.GetRequiredValue(_base)),
            .. parsed.GetRequiredValue(_models).Select(text => ModelReference.Parse(text)),
        ];

    protected override string Compose(ParseResult parsed, ModelSet models)
    {
        OpenedModel to = models.RequireCheckpoint(0);
        OpenedModel[] added = [.. models.Models.Skip(1)];
        IReadOnlyList<double> coefficients = Coefficients(parsed, added.Length);
        IEnumerable<string> terms = added.Zip(coefficients, (model, coefficient) => Term(coefficient, model.VectorFrom(to)));
        return to.Quoted + string.Concat(terms);
    }

    private static string Term(double coefficient, string vector) => string.Create(
        CultureInfo.InvariantCulture, $" {(double.IsNegative(coefficient) ? '-' : '+')} {Math.Abs(coefficient):R}*{vector}");

    private IReadOnlyList<double> Coefficients(ParseResult parsed, int count)
    {
        IReadOnlyList<double> given = parsed.GetValue(_coefficients) ?? [DefaultCoefficient];
        return given.Count == count ? given
            : given.Count == 1 ? [.. Enumerable.Repeat(given[0], count)]
            : throw new UsageException($"{given.Count} coefficients for {count} models; give one for all, or one a model.");
    }
}
