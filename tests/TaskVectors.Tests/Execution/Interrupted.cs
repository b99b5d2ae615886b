using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Tests.Execution;

/// <summary>Edits that are stopped half-way.</summary>
internal static class Interrupted
{
    /// <summary>Starts an edit and cancels it once some tensor has been finished.</summary>
    public static async Task LeavePartial(Checkpoint edited, string path, EditOptions? options = null)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Callback(report =>
        {
            if (report.BytesDone > 0)
            {
                cancellation.Cancel();
            }
        });
        EditOptions single = (options ?? EditOptions.Default) with { Threads = 1, Memory = EditOptions.MinimumMemory };
        EditPlan plan = EditPlanner.Plan(edited, new OutputTarget(path), single);
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EditExecutor.RunAsync(plan, progress, cancellation.Token));
        Assert.True(Directory.Exists(plan.Target.PartialFolder));
        Assert.False(Path.Exists(path));
    }
}
