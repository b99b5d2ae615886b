using System.Collections.Immutable;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Masks;

/// <summary>
/// The model of one task as a mask of a merged model, one bit an element and a number: theta_t = theta_0 + lambda m (theta - theta_0), m = [theta_t != theta_0],
/// lambda = |theta_t - theta_0|_1 / |m (theta - theta_0)|_1. Exact where the task's vector is the merged one times a number, or zero, in every element.
/// </summary>
/// <remarks>Source: Huang et al., "EMR-Merging: Tuning-Free High-Performance Model Merging", NeurIPS 2024, section 3.2.</remarks>
public sealed class TaskMask
{
    private const int PieceElements = 1 << 16;

    private readonly WrittenSource _task;
    private readonly CheckpointSource _base;
    private readonly CheckpointSource _merged;

    private TaskMask(WrittenSource task, CheckpointSource pretrained, CheckpointSource merged, double rescaler)
    {
        _task = task;
        _base = pretrained;
        _merged = merged;
        Rescaler = rescaler;
    }

    /// <summary>lambda; 1 where nothing is left of the task.</summary>
    public double Rescaler { get; }

    /// <summary>Makes a mask: finds the rescaler and then writes the file, under one display of progress.</summary>
    /// <param name="task">The model of the task, as an edit.</param>
    /// <param name="pretrained">The base, stored.</param>
    /// <param name="merged">The merged model, stored.</param>
    /// <param name="target">Where to, as for <see cref="Plan"/>.</param>
    /// <param name="options">The options of the merge.</param>
    /// <param name="progress">Told of bytes of the mask, each of which is computed twice.</param>
    /// <param name="cancellationToken">Stops it; what has been written is kept for <see cref="EditOptions.Resume"/>.</param>
    /// <returns>The manifest of the mask.</returns>
    /// <exception cref="TaskVectorsException">The edit cannot be made, or the mask cannot be written there.</exception>
    public static async Task<Manifest> WriteAsync(
        Checkpoint task, CheckpointSource pretrained, CheckpointSource merged, OutputTarget target, EditOptions options, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var halves = progress is null ? null : new HalvedProgress(progress);
        TaskMask mask = await Task.Run(() => Measure(task, pretrained, merged, options, halves?.First, cancellationToken), cancellationToken).ConfigureAwait(false);
        return await EditExecutor.RunAsync(mask.Plan(target, options), halves?.Second, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the rescaler: reads the models once.</summary>
    /// <param name="task">The model of the task, as an edit.</param>
    /// <param name="pretrained">The base, stored.</param>
    /// <param name="merged">The merged model, stored.</param>
    /// <param name="options">The options of the merge: the filter that it had, and how many tensors are read at once, on which the result does not depend.</param>
    /// <param name="progress">Told of bytes as if the mask were read and written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TaskVectorsException">The edit cannot be made, a model lacks a tensor of the base, or reading failed.</exception>
    public static TaskMask Measure(
        Checkpoint task, CheckpointSource pretrained, CheckpointSource merged, EditOptions options, IProgress<EditProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(pretrained);
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(options);
        var model = new WrittenSource(task.RestrictTo(options.Filter).Form, DType.F64);
        TensorInfo[] tensors = [.. pretrained.Tensors.Where(tensor => tensor.DType.IsArithmetic())];
        RequireTensors(tensors, model);
        RequireTensors(tensors, merged);
        var sums = new (double Own, double Masked)[tensors.Length];
        var meter = new ProgressMeter(progress, tensors.Sum(tensor => MovedBytes(tensor.ElementCount)));
        using var own = new DifferenceReader(model, pretrained);
        using var whole = new DifferenceReader(merged, pretrained);
        try
        {
            _ = Parallel.For(0, tensors.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken }, index => sums[index] = SumsOf(tensors[index], own, whole, meter, cancellationToken));
        }
        catch (AggregateException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        double masked = sums.Sum(pair => pair.Masked);
        double rescaler = masked == 0 ? 1 : sums.Sum(pair => pair.Own) / masked;
        return double.IsFinite(rescaler)
            ? new TaskMask(model, pretrained, merged, rescaler)
            : throw new EditException(EditError.InvalidOption, $"The changes of the task, or those of '{merged.Path}', hold NaN or infinity, which no mask can store.") { File = merged.Path };
    }

    /// <summary>Plans the writing of the mask, beside the merged model.</summary>
    /// <param name="target">A single file in the folder of the merged model, whose name ends in <see cref="MaskMetadata.Extension"/>.</param>
    /// <param name="options">Memory, threads and what else applies to an edit; the dtype has no meaning here.</param>
    /// <exception cref="TaskVectorsException">The mask cannot be written there.</exception>
    public EditPlan Plan(OutputTarget target, EditOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        if (!target.Path.EndsWith(MaskMetadata.Extension, StringComparison.Ordinal) || Path.GetDirectoryName(target.Path) != Path.GetDirectoryName(RealPath.Of(_merged.Path)))
        {
            throw new EditException(EditError.InvalidOption, $"A mask is written beside '{_merged.Path}', to a file whose name ends in {MaskMetadata.Extension}, not to '{target.Path}'.") { File = target.Path };
        }

        var mask = new Checkpoint(AffineForm.Of(new MaskSource(_task, _base), isVector: false));
        return EditPlanner.Plan(mask, target, options with { OutputDType = null, Filter = TensorFilter.All, Metadata = Metadata(options) }) with { Kind = MaskMetadata.MaskKind };
    }

    // The bits of the mask, computed and written.
    private static long MovedBytes(long elements) => 2 * MaskBits.ByteCount(elements);

    private static void RequireTensors(TensorInfo[] tensors, CheckpointSource source)
    {
        foreach (TensorInfo tensor in tensors)
        {
            if (!source.TryGetTensor(tensor.Name, out TensorInfo? own) || own.Shape != tensor.Shape || !own.DType.IsArithmetic())
            {
                throw new EditException(EditError.InvalidOption, $"'{source.Path}' has no tensor {QuotedName.Of(tensor.Name)} of the shape {tensor.Shape}, which its base has.") { File = source.Path, Tensor = tensor.Name };
            }
        }
    }

    private ImmutableSortedDictionary<string, string> Metadata(EditOptions options) => options.Metadata
        .SetItem(TaskVectorMetadata.KindKey, MaskMetadata.MaskKind)
        .SetItem(TaskVectorMetadata.BaseFingerprintKey, CheckpointFingerprint.Compute(_base))
        .SetItem(TaskVectorMetadata.BaseNameKey, Path.GetFileName(_base.Path))
        .SetItem(TaskVectorMetadata.ToolVersionKey, ToolVersion.Current)
        .SetItem(MaskMetadata.RescalerKey, Rescaler.ToString("R", CultureInfo.InvariantCulture))
        .SetItem(MaskMetadata.MergedNameKey, Path.GetFileName(_merged.Path))
        .SetItem(MaskMetadata.MergedFingerprintKey, CheckpointFingerprint.Compute(_merged));

    private static (double Own, double Masked) SumsOf(TensorInfo tensor, DifferenceReader own, DifferenceReader whole, ProgressMeter meter, CancellationToken cancellationToken)
    {
        double[] task = new double[Math.Min(PieceElements, tensor.ElementCount)];
        double[] merged = new double[task.Length];
        (double Own, double Masked) sums = (0, 0);
        for (long first = 0; first < tensor.ElementCount; first += PieceElements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(PieceElements, tensor.ElementCount - first);
            own.Read(tensor.Name, first, task.AsSpan(0, count));
            whole.Read(tensor.Name, first, merged.AsSpan(0, count));
            for (int index = 0; index < count; index++)
            {
                sums.Own += Math.Abs(task[index]);
                sums.Masked += task[index] != 0 ? Math.Abs(merged[index]) : 0;
            }

            meter.Advance(MovedBytes(count), tensor.Name);
        }

        return sums;
    }
}
