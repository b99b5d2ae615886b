using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Cli.Commands;

/// <summary>Prints a plan, or runs it and tells how it went.</summary>
internal sealed class EditJob(EditPlan plan, IReadOnlyList<string> warnings, Reporter reporter)
{
    public async Task<int> RunAsync(bool isDryRun, CancellationToken cancellationToken)
    {
        if (isDryRun)
        {
            new PlanReport(plan, warnings).Write(reporter);
            return ExitCode.Done;
        }

        EditReport report = await ReportAsync(cancellationToken).ConfigureAwait(false);
        report.Write(reporter);
        return ExitCode.Done;
    }

    /// <summary>Runs the plan; the report is for the caller to print.</summary>
    public async Task<EditReport> ReportAsync(CancellationToken cancellationToken)
    {
        Manifest manifest = await ExecuteAsync(cancellationToken).ConfigureAwait(false);
        return new EditReport(plan.Target, manifest, AllWarnings(manifest));
    }

    /// <summary>Runs the plan under a display of progress.</summary>
    public Task<Manifest> ExecuteAsync(CancellationToken cancellationToken) =>
        ProgressDisplay.RunAsync(reporter, plan.Target, progress => EditExecutor.RunAsync(plan, progress, cancellationToken));

    private IReadOnlyList<string> AllWarnings(Manifest manifest) => [.. warnings.Union(manifest.Warnings, StringComparer.Ordinal)];
}
