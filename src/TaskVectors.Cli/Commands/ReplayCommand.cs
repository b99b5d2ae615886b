using System.CommandLine;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec replay MANIFEST -o OUT</c>.</summary>
internal sealed class ReplayCommand : Verb
{
    private readonly Argument<string> _manifest = new("MANIFEST") { Description = "A manifest, or an output that has one." };
    private readonly OutputOptionGroup _options = new();

    public ReplayCommand(Terminal terminal)
        : base("replay", "Make an output again from its manifest; exit code 1 when the result is not identical.", terminal)
    {
        Add(_manifest);
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples => ["taskvec replay gpt2-polite/taskvec.manifest.json -o again/"];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        Manifest recorded = Manifest.Load(OutputTarget.FindManifest(parsed.GetRequiredValue(_manifest)));
        EditPlan plan = RecipeReplay.Plan(parsed.GetRequiredValue(_manifest), _options.Target(parsed), _options.Bind(parsed));
        var job = new EditJob(plan, plan.Warnings, reporter);
        if (_options.IsDryRun(parsed))
        {
            return await job.RunAsync(isDryRun: true, cancellationToken).ConfigureAwait(false);
        }

        Manifest remade = await job.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> problems = ManifestReplay.Compare(recorded, remade);
        Write(reporter, new EditReport(plan.Target, remade, remade.Warnings), problems);
        return problems.Count == 0 ? ExitCode.Done : ExitCode.FailedCheck;
    }

    private static void Write(Reporter reporter, EditReport report, IReadOnlyList<string> problems)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("identical", problems.Count == 0);
                json.WriteStrings("problems", problems);
                report.WriteMembers(json);
                json.WriteEndObject();
            });
            return;
        }

        report.WriteText(reporter);
        foreach (string problem in problems)
        {
            reporter.WriteLine(Printable.Of(problem));
        }

        reporter.Summarize(problems.Count == 0 ? "Identical to the recorded output." : "Not identical to the recorded output.");
    }
}
