using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Decomposition;

namespace TaskVectors.Cli.Options;

/// <summary>The options that choose matrices: a preset, or patterns.</summary>
internal sealed class MatrixOptionGroup
{
    private readonly Option<string> _preset;
    private readonly FilterOptionGroup _filter;

    public MatrixOptionGroup(string purpose)
    {
        _preset = new Option<string>("--tensors")
        {
            HelpName = string.Join('|', TensorPresets.Names),
            Description = $"{purpose} Default: matrices (all but embeddings and heads). --include replaces it, --exclude adds to it.",
        };
        _ = _preset.AcceptOnlyFromAmong([.. TensorPresets.Names]);
        _filter = new FilterOptionGroup(purpose);
    }

    public void AddTo(Command command)
    {
        command.Add(_preset);
        _filter.AddTo(command);
    }

    public TensorFilter Bind(ParseResult parsed)
    {
        TensorFilter chosen = _filter.Bind(parsed);
        if (!chosen.Include.IsEmpty)
        {
            return parsed.GetValue(_preset) is null
                ? chosen
                : throw new UsageException("--tensors and --include both choose the matrices; give one of them.");
        }

        TensorFilter preset =
            parsed.GetValue(_preset) is { } name && TensorPresets.TryGet(name, out TensorFilter? named) ? named : TensorPresets.Matrices;
        return preset with { Exclude = [.. preset.Exclude, .. chosen.Exclude] };
    }
}
