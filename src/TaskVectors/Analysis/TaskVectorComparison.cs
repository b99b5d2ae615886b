using TaskVectors.Checkpoints;
using TaskVectors.Execution;

namespace TaskVectors.Analysis;

/// <summary>
/// Compares task vectors in one pass over their checkpoints: norms, cosines and the norms of each tensor. Sums are taken in F64 in a
/// fixed order, so that results do not depend on threads. Source: Ilharco et al., "Editing Models with Task Arithmetic", ICLR 2023, section 6.
/// </summary>
public static class TaskVectorComparison
{
    /// <summary>Compares tau_i = theta_i - theta_0 of several models.</summary>
    /// <param name="base">theta_0.</param>
    /// <param name="models">theta_i; the same tensors as the base, of any floating-point dtype.</param>
    /// <param name="options">How to read.</param>
    /// <param name="progress">Told of bytes read a few times a second.</param>
    /// <param name="cancellationToken">Stops the analysis.</param>
    /// <exception cref="TaskVectorsException">The models do not fit together, or reading failed.</exception>
    /// <exception cref="ArgumentException">A checkpoint is an unsaved edit, or there is no model.</exception>
    public static async Task<ComparisonReport> RunAsync(
        NamedCheckpoint @base,
        IReadOnlyList<NamedCheckpoint> models,
        AnalysisOptions options,
        IProgress<EditProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(models.Count);
        IReadOnlyList<NamedCheckpoint> all = [@base, .. models];
        CheckpointSource[] sources = [.. all.Select(StoredSource)];
        AggregateEditException.ThrowIfAny(
        [
            .. ResourceLimits.Check(options.Memory, options.Threads),
            .. UnmatchedPatterns.Check([.. options.Filter.Include, .. options.Filter.Exclude], sources[0]),
        ]);
        IReadOnlyList<ComparedTensor> tensors = ComparedTensor.Align(all, sources, options.Filter);
        using var readers = new InputReaders(sources);
        var meter = new ProgressMeter(progress, tensors.Sum(tensor => tensor.Parts.Sum(part => part.ByteCount)));
        LaneBudget lanes = LaneBudget.Divide(options.Memory, options.Threads, sources.Length + 1);
        var sums = new GramSums(tensors, sources.Length);
        var queue = new TileQueue([.. tensors.Select(tensor => tensor.Parts[0].ElementCount)], lanes.TileElements);
        await TilePipeline.RunAsync(queue, lanes.Lanes, _ => new ComparisonLane(tensors, readers, sums, lanes.TileElements, meter), cancellationToken).ConfigureAwait(false);
        meter.Enter(EditPhase.Done);
        return sums.Report(@base.Name, [.. models.Select(model => model.Name)]);
    }

    private static CheckpointSource StoredSource(NamedCheckpoint model) =>
        model.Checkpoint.Form.Terms is [{ IsVector: false, Coefficient: var coefficient } only] && ReferenceEquals(coefficient, Algebra.Coefficient.One)
            ? only.Source
            : throw new ArgumentException($"'{model.Name}' is an edit that has not been saved; save it and compare the result.", nameof(model));
}
