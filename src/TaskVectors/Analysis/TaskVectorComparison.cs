using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;

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
    /// <exception cref="TaskVectorsException">The models do not fit together, hold NaN or infinite values, or reading failed.</exception>
    /// <exception cref="ArgumentException">A checkpoint is an unsaved edit, or there is no model.</exception>
    public static Task<ComparisonReport> RunAsync(
        NamedCheckpoint @base,
        IReadOnlyList<NamedCheckpoint> models,
        AnalysisOptions options,
        IProgress<EditProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@base);
        ArgumentNullException.ThrowIfNull(models);
        NamedSource Stored(NamedCheckpoint model) => new(model.Name, StoredSource(model));
        return RunAsync(Stored(@base), [.. models.Select(Stored)], options, progress, cancellationToken);
    }

    /// <summary>Compares task vectors: tau_i = theta_i - theta_0 of checkpoints, and stored task vectors and adapters as they are.</summary>
    /// <param name="base">theta_0.</param>
    /// <param name="models">
    /// Checkpoints of the same tensors as the base, stored task vectors relative to it, and adapters; a tensor that a partial vector lacks is zero.
    /// </param>
    /// <param name="options">How to read.</param>
    /// <param name="progress">Told of bytes read a few times a second.</param>
    /// <param name="cancellationToken">Stops the analysis.</param>
    /// <exception cref="TaskVectorsException">
    /// The models do not fit together, a vector is relative to another base, a tensor holds NaN or infinite values, or reading failed.
    /// </exception>
    /// <exception cref="ArgumentException">There is no model, or the base is a task vector.</exception>
    public static async Task<ComparisonReport> RunAsync(
        NamedSource @base,
        IReadOnlyList<NamedSource> models,
        AnalysisOptions options,
        IProgress<EditProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(@base);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfZero(models.Count);
        PlannedInput[] inputs = Plan(@base, models, options);
        IReadOnlyList<ComparedTensor> tensors = ComparedTensor.Align(inputs, options);
        using var readers = new InputReaders(inputs.Select(input => input.Source));
        var meter = new ProgressMeter(progress, tensors.Sum(tensor => tensor.Parts.Sum(part => part?.ByteCount ?? 0)));
        LaneBudget lanes = LaneBudget.Divide(options.Memory, options.Threads, inputs.Length + 1);
        var sums = new GramSums(tensors, inputs.Length);
        var queue = new TileQueue([.. tensors.Select(tensor => tensor.Base.ElementCount)], lanes.TileElements);
        await TilePipeline.RunAsync(
            queue,
            lanes.Lanes,
            _ => new ComparisonLane(inputs, tensors, readers, sums, lanes.TileElements, meter),
            cancellationToken).ConfigureAwait(false);
        meter.Enter(EditPhase.Done);
        RequireFinite(sums, inputs);
        return sums.Report(@base.Name, [.. models.Select(model => model.Name)]);
    }

    // An adapter reads as differences to a base, and the base is known only here.
    private static PlannedInput[] Plan(NamedSource @base, IReadOnlyList<NamedSource> models, AnalysisOptions options)
    {
        if (TaskVectorMetadata.IsTaskVector(@base.Source))
        {
            throw new ArgumentException($"The base '{@base.Name}' is a task vector; a checkpoint is needed.", nameof(@base));
        }

        bool hasVectors = models.Any(model => TaskVectorMetadata.IsTaskVector(model.Source));
        PlannedInput[] inputs =
        [
            new PlannedInput(@base.Name, @base.Source, IsVector: false, hasVectors ? CheckpointFingerprint.Compute(@base.Source) : string.Empty),
            .. from model in models
               let source = model.Source is IBindableTaskVector bindable ? bindable.Bind(@base.Source) : model.Source
               select new PlannedInput(model.Name, source, TaskVectorMetadata.IsTaskVector(source), string.Empty),
        ];
        AggregateEditException.ThrowIfAny(
        [
            .. ResourceLimits.Check(options.Memory, options.Threads),
            .. UnmatchedPatterns.Check([.. options.Filter.Include, .. options.Filter.Exclude], @base.Source),
            .. options.AnyBase ? [] : BaseChecks.Find(inputs),
        ]);
        return inputs;
    }

    // One number that is none would make norm and cosine of a whole model none.
    private static void RequireFinite(GramSums sums, PlannedInput[] inputs)
    {
        if (sums.FindNotFinite() is var (tensor, vector))
        {
            PlannedInput input = inputs[vector];
            string what = vector == 0 ? "The base" : input.IsVector ? "The task vector" : "The difference of";
            throw new EditException(
                EditError.NaN,
                $"{what} '{input.Name}' ({input.Source.Path}) holds NaN or infinite values in {QuotedName.Of(tensor.Name)}, and so has no norm. Leave the tensor out with --exclude.")
            { File = input.Source.Path, Tensor = tensor.Name };
        }
    }

    private static CheckpointSource StoredSource(NamedCheckpoint model) =>
        model.Checkpoint.Form.Terms is [{ IsVector: false, Coefficient: var coefficient } only] && ReferenceEquals(coefficient, Algebra.Coefficient.One)
            ? only.Source
            : throw new ArgumentException($"'{model.Name}' is an edit that has not been saved; save it and compare the result.", nameof(model));
}
