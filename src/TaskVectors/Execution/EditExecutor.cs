using System.Diagnostics;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution;

/// <summary>Runs a plan and seals its output.</summary>
public static class EditExecutor
{
    /// <summary>
    /// Reads the inputs once, writes the output beside its place, and renames it into place when it is whole and on disk. The bytes
    /// written depend on the plan alone: not on threads, memory, tile size or interruptions.
    /// </summary>
    /// <returns>The manifest of the output.</returns>
    /// <exception cref="TaskVectorsException">Something failed; what has been finished is kept for <see cref="EditOptions.Resume"/>.</exception>
    /// <exception cref="OperationCanceledException">The edit was cancelled; what has been finished is kept for <see cref="EditOptions.Resume"/>.</exception>
    public static async Task<Manifest> RunAsync(EditPlan plan, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        var meter = new ProgressMeter(progress, plan.BytesRead + plan.BytesWritten);
        string folder = plan.Target.PartialFolder;
        using var readers = new InputReaders(plan.Inputs.Select(input => input.Source));
        plan.RequireUnchangedInputs();
        using Journal journal = OpenJournal(plan, folder, out List<TensorRecord> finished);
        using var output = new OutputFiles(folder, plan.Files);
        var records = new Dictionary<string, TensorRecord>(StringComparer.Ordinal);
        if (finished.Count > 0)
        {
            meter.Enter(EditPhase.Resume);
            await Task.Run(() => new ResumedTensors(plan, output, meter).Accept(finished, records, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        meter.Enter(EditPhase.Run);
        using (var run = new EditRun(plan, readers, output, journal, records, meter))
        {
            var queue = new TileQueue(run.PendingElements(), plan.Lanes.TileElements);
            await TilePipeline.RunAsync(queue, plan.Lanes.Lanes, token => new EditLane(run, token), cancellationToken).ConfigureAwait(false);
        }

        meter.Enter(EditPhase.Seal);
        Manifest manifest = await Task.Run(() => new OutputSealer(plan, readers, output, records).Seal(journal, clock.Elapsed), CancellationToken.None).ConfigureAwait(false);
        meter.Enter(EditPhase.Done);
        return manifest;
    }

    private static Journal OpenJournal(EditPlan plan, string folder, out List<TensorRecord> finished)
    {
        try
        {
            if (plan.Options.Resume && Directory.Exists(folder))
            {
                return Journal.Resume(folder, plan.Identity(), out finished);
            }

            // What an interrupted edit has left is removed by the journal, once it is sure that nobody is writing there.
            finished = [];
            _ = Directory.CreateDirectory(folder);
            return Journal.Create(folder, plan.Identity());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(folder, $"'{folder}' cannot be written: {error.Message}", error);
        }
    }
}
