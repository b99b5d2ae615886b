using System.CommandLine;
using TaskVectors.Cli.Output;
using TaskVectors.Merging;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec methods [METHOD]</c>.</summary>
internal sealed class MethodsCommand : Verb
{
    private readonly Argument<string?> _method = new("METHOD") { Arity = ArgumentArity.ZeroOrOne, Description = "A method to describe; without it, all are listed." };

    public MethodsCommand(Terminal terminal)
        : base("methods", "List the merge methods, or describe one: formula, source, parameters.", terminal) => Add(_method);

    public override IReadOnlyList<string> Examples => ["taskvec methods", "taskvec methods tsvm", "taskvec methods --json"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string? name = parsed.GetValue(_method);
        var text = new MethodText(reporter);
        if (name is null)
        {
            text.WriteAll(MergeMethods.All);
        }
        else
        {
            text.Write(MergeMethods.Find(name));
        }

        return Task.FromResult(ExitCode.Done);
    }
}
