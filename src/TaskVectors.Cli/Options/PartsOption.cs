using System.CommandLine;
using TaskVectors.Cli.Models;

namespace TaskVectors.Cli.Options;

/// <summary><c>--parts FOLDER</c>: what <c>decompose</c> wrote, as further models.</summary>
internal sealed class PartsOption(string use = "")
{
    private readonly Option<string> _folder = new("--parts")
    {
        HelpName = "FOLDER",
        Description = $"What 'taskvec decompose' wrote: adds shared:NAME and unique:NAME of every task{use}.",
    };

    public void AddTo(Command command) => command.Add(_folder);

    /// <summary>The parts; none where the option is absent.</summary>
    public IReadOnlyList<ModelReference> Bind(ParseResult parsed) =>
        parsed.GetValue(_folder) is { } folder ? DecompositionParts.In(folder) : [];
}
