using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Algebra;

/// <summary>
/// A point in weight space: named tensors, stored or the result of an edit. The difference of two checkpoints is a
/// <see cref="TaskVector"/>; a checkpoint plus a task vector is a checkpoint; checkpoints cannot be added.
/// </summary>
/// <remarks>
/// <para>
/// A checkpoint is lazy and immutable: <see cref="Open"/> reads headers only, operators build the affine normal form
/// theta = sum_i c_i theta_i, and weights are read when the result is saved. It holds no file open and needs no disposal.
/// </para>
/// <para>All members are safe for use from several threads.</para>
/// <para>Source: Ilharco et al., "Editing Models with Task Arithmetic", ICLR 2023, section 2.</para>
/// </remarks>
public sealed class Checkpoint
{
    internal Checkpoint(AffineForm form) => Form = form;

    /// <summary>The checkpoint whose tensor names, dtypes and companion files this one takes: itself when stored, else the leftmost of the edit.</summary>
    public CheckpointSource Base => Form.Anchor;

    /// <summary>The tensors of this checkpoint, in the storage order of its <see cref="Base"/>.</summary>
    public IReadOnlyList<TensorInfo> Tensors => Base.Tensors;

    internal AffineForm Form { get; }

    /// <summary>Opens a stored checkpoint: a file, or a folder as model hubs lay it out. Only headers are read.</summary>
    /// <param name="path">
    /// A checkpoint file or folder in any supported format; or, where nothing has that name, <c>MODEL+ADAPTER</c>: a checkpoint and adapters or other
    /// stored task vectors to add to it, each with coefficient 1.
    /// </param>
    /// <exception cref="TaskVectorsException">The path does not exist, or what is there is no readable checkpoint.</exception>
    public static Checkpoint Open(string path)
    {
        ModelPath parsed = ModelPath.Parse(path);
        return FromSources(CheckpointFormats.Open(parsed.Model), parsed.OpenAdapters());
    }

    /// <summary>Makes a checkpoint of an opened source.</summary>
    public static Checkpoint FromSource(CheckpointSource source) => new(AffineForm.Of(source, isVector: false));

    /// <summary>Makes a checkpoint of an opened source and of adapters or other stored task vectors to add to it, each with coefficient 1.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="adapters">The task vectors.</param>
    public static Checkpoint FromSources(CheckpointSource source, IEnumerable<CheckpointSource> adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        return adapters.Aggregate(FromSource(source), (sum, adapter) => sum + TaskVector.FromSource(adapter));
    }

    /// <summary>
    /// The weighted sum sum_i w_i theta_i of checkpoints, with any weights: an average where they sum to 1. Names, dtypes and companion
    /// files come from the first.
    /// </summary>
    /// <exception cref="ArgumentException">There is no checkpoint, or a weight is not finite.</exception>
    public static Checkpoint WeightedSum(params ReadOnlySpan<(double Weight, Checkpoint Checkpoint)> terms)
    {
        if (terms.IsEmpty)
        {
            throw new ArgumentException("A weighted sum needs at least one checkpoint.", nameof(terms));
        }

        AffineForm sum = terms[0].Checkpoint.Form.Multiply(Finite.Require(terms[0].Weight));
        foreach ((double weight, Checkpoint checkpoint) in terms[1..])
        {
            sum = sum.Add(checkpoint.Form.Multiply(Finite.Require(weight)));
        }

        return new Checkpoint(sum);
    }

    /// <summary>The task vector from <paramref name="right"/> to <paramref name="left"/>: fine-tuned minus pre-trained.</summary>
    public static TaskVector operator -(Checkpoint left, Checkpoint right) =>
        new(left.Form.Subtract(right.Form).WithAnchor(right.Form.Anchor));

    /// <summary>The checkpoint moved along a task vector.</summary>
    public static Checkpoint operator +(Checkpoint left, TaskVector right) => new(left.Form.Add(right.Form));

    /// <summary>The checkpoint moved against a task vector: negation.</summary>
    public static Checkpoint operator -(Checkpoint left, TaskVector right) => new(left.Form.Subtract(right.Form));

    /// <summary>The checkpoint moved along a task vector.</summary>
    public Checkpoint Add(TaskVector vector) => this + vector;

    /// <summary>The checkpoint moved against a task vector.</summary>
    public Checkpoint Subtract(TaskVector vector) => this - vector;

    /// <summary>The task vector from <paramref name="pretrained"/> to this checkpoint.</summary>
    public TaskVector Subtract(Checkpoint pretrained) => this - pretrained;

    /// <summary>The same edit, limited to the tensors a filter chooses; all others are those of the <see cref="Base"/>.</summary>
    public Checkpoint RestrictTo(TensorFilter filter) => filter.IsAll ? this : new Checkpoint(Form.RestrictTo(filter));
}
