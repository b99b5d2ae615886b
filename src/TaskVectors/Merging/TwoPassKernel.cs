namespace TaskVectors.Merging;

/// <summary>A kernel that needs statistics of the whole tensor, such as norms or a threshold, and then streams.</summary>
public abstract class TwoPassKernel : TileKernel
{
    /// <summary>Begins the statistics of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="models">The number of models.</param>
    public abstract TensorStatistic CreateStatistic(MergeTensor tensor, int models);

    /// <summary>Merges a block. The result of an element must not depend on the block it lies in.</summary>
    /// <param name="block">The values of the models; the kernel may overwrite them.</param>
    /// <param name="statistic">The finished statistics of the tensor.</param>
    /// <param name="result">Receives one number an element.</param>
    public abstract void Merge(MergeBlock block, TensorStatistic statistic, Span<double> result);
}
