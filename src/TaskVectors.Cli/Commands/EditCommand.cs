using System.CommandLine;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec edit EXPRESSION --model NAME=PATH ... -o OUT</c>.</summary>
internal sealed class EditCommand : EditVerb
{
    private readonly ExpressionArgument _expression = new();
    private readonly Argument<string[]> _more = new("NAME=PATH")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "More models, as with --model.",
    };

    private readonly Option<string[]> _models = new("--model", "-m")
    {
        HelpName = "NAME=PATH",
        Description = "A model that the expression names: a checkpoint, or a stored task vector where its metadata says so. Repeatable.",
    };

    private readonly Option<string[]> _vectors = new("--vector")
    {
        HelpName = "NAME=PATH",
        Description = "A file to be read as a task vector whatever its metadata says. Repeatable.",
    };

    private readonly PartsOption _parts = new("; sum(unique:*) adds all of them");

    public EditCommand(Terminal terminal)
        : base("edit", "Write the checkpoint or task vector that an expression stands for.", terminal)
    {
        Add(_expression);
        Add(_more);
        Add(_models);
        Add(_vectors);
        _parts.AddTo(this);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec edit \"base + 0.4*(math - base) - 0.6*toxic\" -m base=gpt2/ -m math=gpt2-math/ -m toxic=toxic.safetensors -o out/",
        "taskvec edit \"math - base\" --model base=gpt2/ --model math=gpt2-math/ --include mlp -o math-mlp.safetensors",
        "taskvec edit \"0.5*a + 0.5*b\" --model a=run1/ --model b=run2/ --dtype bf16 --dry-run -o soup/",
        "taskvec edit \"base + sum(unique:*) + 0.125*sum(shared:*)\" -m base=gpt2/ --parts parts/ -o merged/",
    ];

    protected override bool IsExpressionDerived => false;

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed)
    {
        IEnumerable<string> models = (parsed.GetValue(_models) ?? []).Concat(parsed.GetValue(_more) ?? []);
        IEnumerable<string> vectors = parsed.GetValue(_vectors) ?? [];
        IReadOnlyList<ModelReference> references =
        [
            .. models.Select(text => ModelReference.Parse(text)),
            .. vectors.Select(text => ModelReference.Parse(text, isVector: true)),
            .. _parts.Bind(parsed),
        ];
        return references.Count > 0
            ? references
            : throw new UsageException("The expression needs models; name them with --model NAME=PATH.");
    }

    protected override string Compose(ParseResult parsed, ModelSet models) => parsed.GetRequiredValue(_expression);
}
