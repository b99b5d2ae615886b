using System.CommandLine;
using TaskVectors.Algebra;

namespace TaskVectors.Cli.Options;

/// <summary>The options that choose tensors by name.</summary>
internal sealed class FilterOptionGroup(string purpose)
{
    private readonly Option<IReadOnlyList<NamePattern>> _include =
        OptionFactory.Patterns("--include", $"{purpose} A whole name, dot-separated parts of one (mlp), or with * and ?. Repeatable.");

    private readonly Option<IReadOnlyList<NamePattern>> _exclude =
        OptionFactory.Patterns("--exclude", "Tensors to leave out; wins over --include. Repeatable.");

    public void AddTo(Command command)
    {
        command.Add(_include);
        command.Add(_exclude);
    }

    public TensorFilter Bind(ParseResult parsed) => new([.. parsed.GetValue(_include) ?? []], [.. parsed.GetValue(_exclude) ?? []]);
}
