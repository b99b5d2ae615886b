namespace TaskVectors.Merging.Kernels;

/// <summary>A kernel that needs statistics of the whole tensor, such as norms or a threshold, and then streams.</summary>
public abstract class TwoPassKernel : StatisticKernel
{
    /// <summary>Begins the statistics of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="models">The number of models.</param>
    public abstract TensorStatistic CreateStatistic(MergeTensor tensor, int models);
}
