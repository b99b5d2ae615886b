using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra;

/// <summary>
/// A task vector or checkpoint whose values are computed from others when they are read: a function call in an expression. It takes a
/// place in an affine normal form as a stored one does.
/// </summary>
/// <param name="path">The call as text over the paths of what is stored: distinct for distinct calls.</param>
/// <param name="tensors">The tensors it gives; those it does not name are zero in a task vector, and the base's in a checkpoint.</param>
/// <param name="metadata">What its inputs agree on.</param>
/// <param name="aliases">Names that share another tensor's values, mapped to that tensor's name.</param>
internal abstract class ComputedSource(
    string path, IReadOnlyList<Tensors.TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, string>? aliases = null)
    : CheckpointSource(path, tensors, metadata, aliases ?? new Dictionary<string, string>(), [])
{
    /// <inheritdoc/>
    public override string Format => "computed";

    /// <summary>The task vectors or checkpoints it is computed from, in order.</summary>
    public abstract IReadOnlyList<AffineForm> Arguments { get; }

    /// <summary>The call as text under the given names of stored sources; the expression parser reads it back.</summary>
    public abstract string ToText(Func<CheckpointSource, string> nameOf);
}
