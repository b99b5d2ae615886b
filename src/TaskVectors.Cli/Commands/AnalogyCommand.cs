using System.CommandLine;
using TaskVectors.Cli.Models;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec analogy A B C -o OUT</c>: theta_D = theta_C + (theta_B - theta_A).</summary>
internal sealed class AnalogyCommand : EditVerb
{
    private readonly Argument<string> _a = new("A") { Description = "Where the known step starts: PATH or NAME=PATH." };
    private readonly Argument<string> _b = new("B") { Description = "Where the known step ends." };
    private readonly Argument<string> _c = new("C") { Description = "Where the same step is to be made; its files go along." };

    public AnalogyCommand(Terminal terminal)
        : base("analogy", "Make a model for a task without data, as A is to B so is C to OUT: C + (B - A).", terminal)
    {
        Add(_a);
        Add(_b);
        Add(_c);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples => ["taskvec analogy yelp-lm/ yelp-sentiment/ amazon-lm/ -o amazon-sentiment/"];

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [.. new[] { _a, _b, _c }.Select(argument => ModelReference.Parse(parsed.GetRequiredValue(argument)))];

    protected override string Compose(ParseResult parsed, ModelSet models) =>
        $"{models.RequireCheckpoint(2).Quoted} + ({models.RequireCheckpoint(1).Quoted} - {models.RequireCheckpoint(0).Quoted})";
}
