namespace TaskVectors.Merging.Kernels;

/// <summary>
/// What a <see cref="StatisticKernel"/> must know of a tensor, or of all tensors, before it can merge. They are observed chunk by chunk, several at once;
/// chunks have a fixed size, lie in one tensor and are added in order, so that sums do not depend on threads.
/// </summary>
public abstract class TensorStatistic
{
    /// <summary>Whether another pass over the tensor is needed; asked before each, the first included.</summary>
    public abstract bool NeedsPass { get; }

    /// <summary>Whether the current pass observes the block of elements that starts here; those it does not are not read.</summary>
    /// <param name="firstElement">The index of the first element of the block, <see cref="MergeBlock.Position"/>.</param>
    public virtual bool Wants(long firstElement) => true;

    /// <summary>Begins a chunk of the current pass. Called from several threads.</summary>
    public abstract ChunkStatistic Begin();

    /// <summary>Adds a finished chunk. Called in the order of the chunks.</summary>
    /// <param name="chunk">What <see cref="Begin"/> gave.</param>
    public abstract void Add(ChunkStatistic chunk);

    /// <summary>Ends the current pass.</summary>
    public abstract void EndPass();
}
