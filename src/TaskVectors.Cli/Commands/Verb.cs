using System.CommandLine;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary>A command of the program: its arguments, its examples, and what it does.</summary>
internal abstract class Verb : Command
{
    private readonly Terminal _terminal;

    protected Verb(string name, string description, Terminal terminal)
        : base(name, description)
    {
        _terminal = terminal;
        SetAction((parsed, cancellationToken) => RunAsync(parsed, new Reporter(_terminal, parsed), cancellationToken));
    }

    /// <summary>Command lines that show the use.</summary>
    public virtual IReadOnlyList<string> Examples => [];

    /// <summary>Does the work and returns the exit code; errors are thrown.</summary>
    protected abstract Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken);
}
