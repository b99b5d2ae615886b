using System.Diagnostics;
using TaskVectors.Checkpoints;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Tiles;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// Runs a plan: splits every task vector and writes <c>NAME.shared.safetensors</c> and <c>NAME.unique.safetensors</c> (ordinary stored task
/// vectors in F32, whose sum is the task vector up to rounding; or adapter folders <c>NAME.shared</c> and <c>NAME.unique</c>),
/// <c>report.json</c> and a manifest, in a folder that appears when all is on disk.
/// </summary>
public static class DecompositionRunner
{
    /// <summary>
    /// Reads the inputs once. Several tensors are worked on at once where the memory budget allows; each operation of linear algebra runs
    /// on one thread, so that the bytes written do not depend on threads, memory or interruptions.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="progress">Told of bytes moved a few times a second.</param>
    /// <param name="cancellationToken">Stops; what has been finished is kept for <see cref="DecompositionOptions.Resume"/>.</param>
    /// <returns>The report, as it was written.</returns>
    /// <exception cref="TaskVectorsException">
    /// Something failed; what has been finished is kept for <see cref="DecompositionOptions.Resume"/>, unless an input is to blame: then
    /// nothing is left.
    /// </exception>
    public static Task<DecompositionReport> RunAsync(
        DecompositionPlan plan, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return RunAsync(plan, LinearAlgebraProvider.Create(plan.Options.LinearAlgebra, threads: 1), progress, cancellationToken);
    }

    internal static async Task<DecompositionReport> RunAsync(
        DecompositionPlan plan, ILinearAlgebraProvider provider, IProgress<EditProgress>? progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var meter = new ProgressMeter(progress, plan.BytesRead + plan.BytesWritten);
        string folder = plan.Target.PartialFolder;
        using var readers = new InputReaders(plan.Inputs.Select(input => input.Source));
        InputStamp.RequireUnchanged(plan.Inputs);
        using Journal journal = OpenJournal(plan, folder, out List<FinishedTensor> recorded);
        try
        {
            return await RunAsync(plan, readers, provider, recorded, journal, meter, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskVectorsException error) when (error.Category == ErrorCategory.BadInput)
        {
            // No part made of such input is worth going on with.
            journal.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static async Task<DecompositionReport> RunAsync(
        DecompositionPlan plan,
        InputReaders readers,
        ILinearAlgebraProvider provider,
        List<FinishedTensor> recorded,
        Journal journal,
        ProgressMeter meter,
        Stopwatch clock,
        CancellationToken cancellationToken)
    {
        using var files = new PartFiles(plan, plan.Target.PartialFolder);
        Dictionary<string, FinishedTensor> finished = Accept(recorded, files, meter);
        PlannedDecomposition[] pending = [.. plan.Tensors.Where(tensor => !finished.ContainsKey(tensor.Base.Name))];

        meter.Enter(EditPhase.Run);
        var decomposer = new MatrixDecomposer(provider, plan.Options.Subspace with { Sides = plan.StoredSides });
        var splitter = new TensorSplitter(plan, readers, files, decomposer, provider);
        var gate = new MemoryGate(plan.Options.Memory);
        var queue = new TileQueue([.. pending.Select(_ => 1L)], tileElements: 1);
        await TilePipeline.RunAsync(
            queue,
            plan.Options.Threads,
            token => new SplittingLane(pending, splitter, gate, journal, finished, meter, token),
            cancellationToken).ConfigureAwait(false);

        meter.Enter(EditPhase.Seal);
        FinishedTensor[] all = [.. plan.Tensors.Select(tensor => finished[tensor.Base.Name])];
        DecompositionReport report = new DecompositionSummary(plan, all).Report($"{provider.Name} ({provider.Kernel})");
        var sealer = new DecompositionSealer(plan, files, all);
        await Task.Run(() => sealer.Seal(report, journal, clock.Elapsed), CancellationToken.None).ConfigureAwait(false);
        meter.Enter(EditPhase.Done);
        return report;
    }

    private static Journal OpenJournal(DecompositionPlan plan, string folder, out List<FinishedTensor> finished)
    {
        try
        {
            if (plan.Options.Resume && Directory.Exists(folder))
            {
                return Journal.Resume(folder, plan.Identity(), DecompositionJson.Default.FinishedTensor, out finished);
            }

            finished = [];
            _ = Directory.CreateDirectory(folder);
            return Journal.Create(folder, plan.Identity());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(folder, $"'{folder}' cannot be written: {error.Message}", error);
        }
    }

    private static Dictionary<string, FinishedTensor> Accept(List<FinishedTensor> recorded, PartFiles files, ProgressMeter meter)
    {
        var finished = new Dictionary<string, FinishedTensor>(StringComparer.Ordinal);
        if (recorded.Count > 0)
        {
            meter.Enter(EditPhase.Resume);
        }

        foreach (FinishedTensor tensor in recorded.Where(files.IsWritten))
        {
            finished[tensor.Name] = tensor;
        }

        return finished;
    }
}
