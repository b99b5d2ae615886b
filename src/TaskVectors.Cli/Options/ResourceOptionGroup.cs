using System.CommandLine;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Options;

/// <summary>What of the machine a command may use. Never changes a result.</summary>
internal sealed class ResourceOptionGroup
{
    private readonly Option<long?> _memory = OptionFactory.Size(
        "--memory", "Budget for buffers, 64MiB or more. Default: a quarter of RAM, 2GiB at most.");

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "How many tiles are computed at once. Default: the number of processors.",
        HelpName = "NUMBER",
    };

    public void AddTo(Command command)
    {
        command.Add(_memory);
        command.Add(_threads);
    }

    public long Memory(ParseResult parsed) => parsed.GetValue(_memory) ?? EditOptions.Default.Memory;

    public int Threads(ParseResult parsed) => parsed.GetValue(_threads) ?? EditOptions.Default.Threads;
}
