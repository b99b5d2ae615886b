namespace TaskVectors.Merging;

/// <summary>A kernel that merges blocks of elements, whole rows at most. It holds no state, so that blocks can be merged in any order and on any thread.</summary>
public abstract class TileKernel : MergeKernel
{
    private protected TileKernel()
    {
    }

    /// <summary>Whether a block must hold whole rows (<see cref="MergeTensor.RowLength"/>); else it holds any run of elements.</summary>
    public virtual bool NeedsRows => false;

    /// <summary>An upper estimate of the memory taken by what is known of a tensor while it is merged, in bytes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="models">The number of models.</param>
    public virtual long StatisticBytes(MergeTensor tensor, int models) => 0;
}
