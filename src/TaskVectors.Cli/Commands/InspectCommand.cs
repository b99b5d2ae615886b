using System.CommandLine;
using TaskVectors.Checkpoints;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec inspect PATH</c>.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly Argument<string> _path = new("PATH") { Description = "A checkpoint or task vector: file or folder." };
    private readonly Option<bool> _all = new("--all", "-a")
    {
        Description = "List every tensor; without it, equal tensors of repeated layers share a line.",
    };

    public InspectCommand(Terminal terminal)
        : base("inspect", "Show the tensors, dtypes, sizes and metadata of a checkpoint; reads headers only.", terminal)
    {
        Add(_path);
        Add(_all);
    }

    public override IReadOnlyList<string> Examples => ["taskvec inspect gpt2/", "taskvec inspect toxic.safetensors --json"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        CheckpointSource source = CheckpointFormats.Open(parsed.GetRequiredValue(_path));
        var report = new InspectionReport(source);
        if (reporter.IsJson)
        {
            reporter.WriteJson(report.WriteJson);
        }
        else
        {
            report.WriteText(reporter, parsed.GetValue(_all));
        }

        return Task.FromResult(ExitCode.Done);
    }
}
