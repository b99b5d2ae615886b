namespace TaskVectors.Merging.Kernels;

/// <summary>What one pass over one chunk of a tensor finds; used by one thread.</summary>
public abstract class ChunkStatistic
{
    /// <summary>Observes the next block of the chunk.</summary>
    /// <param name="block">The values of the models; they may be overwritten.</param>
    public abstract void Observe(MergeBlock block);

    /// <summary>Observes the next block of the chunk in F32; see <see cref="TileKernel.WorksInSingle"/>.</summary>
    /// <param name="block">The values of the models; they may be overwritten.</param>
    internal virtual void Observe(MergeBlock<float> block) => throw new NotSupportedException();
}
