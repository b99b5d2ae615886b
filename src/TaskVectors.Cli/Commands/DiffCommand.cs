using System.CommandLine;
using TaskVectors.Cli.Models;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec diff BASE FINETUNED -o VECTOR.safetensors</c>.</summary>
internal sealed class DiffCommand : EditVerb
{
    private readonly Argument<string> _base = new("BASE") { Description = "The pre-trained checkpoint: PATH or NAME=PATH." };
    private readonly Argument<string> _finetuned = new("FINETUNED") { Description = "The fine-tuned checkpoint: PATH or NAME=PATH." };

    public DiffCommand(Terminal terminal)
        : base("diff", "Write the task vector from a base to its fine-tuned checkpoint: FINETUNED - BASE.", terminal)
    {
        Add(_base);
        Add(_finetuned);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples => ["taskvec diff gpt2/ gpt2-toxic/ -o toxic.safetensors"];

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [ModelReference.Parse(parsed.GetRequiredValue(_base)), ModelReference.Parse(parsed.GetRequiredValue(_finetuned))];

    protected override string Compose(ParseResult parsed, ModelSet models) =>
        $"{models.RequireCheckpoint(1).Quoted} - {models.RequireCheckpoint(0).Quoted}";
}
