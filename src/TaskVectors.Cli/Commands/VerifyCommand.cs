using System.CommandLine;
using TaskVectors.Cli.Output;
using TaskVectors.Execution.Manifests;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec verify OUT</c>.</summary>
internal sealed class VerifyCommand : Verb
{
    private readonly Argument<string> _output = new("OUT")
    {
        Description = "An output of this program: its folder, its file, or the manifest.",
    };

    public VerifyCommand(Terminal terminal)
        : base("verify", "Check every byte of an output against its manifest; exit code 1 when something differs.", terminal) =>
        Add(_output);

    public override IReadOnlyList<string> Examples => ["taskvec verify gpt2-polite/"];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(_output);
        VerificationReport report = await ProgressDisplay.RunAsync(
            reporter,
            progress => Task.Run(() => OutputVerifier.Verify(path, progress, cancellationToken), cancellationToken)).ConfigureAwait(false);
        if (reporter.IsJson)
        {
            WriteJson(reporter, report);
        }
        else
        {
            WriteText(reporter, path, report);
        }

        return report.IsGood ? ExitCode.Done : ExitCode.FailedCheck;
    }

    private static void WriteText(Reporter reporter, string path, VerificationReport report)
    {
        foreach (string problem in report.Problems)
        {
            reporter.WriteLine(Printable.Of(problem));
        }

        string count = $"{Counting.Of(report.FilesChecked, "file")}, {Counting.Of(report.TensorsChecked, "tensor")}";
        reporter.Summarize(report.IsGood
            ? $"{Printable.Of(path)} is what its manifest says: {count}."
            : $"{Printable.Of(path)} is not what its manifest says: {Counting.Of(report.Problems.Count, "difference")} in {count}.");
    }

    private static void WriteJson(Reporter reporter, VerificationReport report) => reporter.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("good", report.IsGood);
        json.WriteString("manifest", report.ManifestPath);
        json.WriteNumber("files", report.FilesChecked);
        json.WriteNumber("tensors", report.TensorsChecked);
        json.WriteStrings("problems", report.Problems);
        json.WriteEndObject();
    });
}
