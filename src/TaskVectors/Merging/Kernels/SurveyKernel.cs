namespace TaskVectors.Merging.Kernels;

/// <summary>
/// A kernel that needs statistics of the whole task vectors, such as a threshold over all tensors, and then streams: the models are read once more for every
/// pass before the first tensor is merged. The tensors whose parameters have the same values are surveyed together, in storage order.
/// </summary>
public abstract class SurveyKernel : StatisticKernel
{
    /// <summary>Begins the statistics of all tensors. Blocks are told apart by <see cref="MergeBlock.Tensor"/> and <see cref="MergeBlock.Position"/>.</summary>
    /// <param name="tensors">The tensors, in storage order.</param>
    /// <param name="models">The number of models.</param>
    public abstract TensorStatistic CreateStatistic(IReadOnlyList<MergeTensor> tensors, int models);

    /// <summary>An upper estimate of the memory of <see cref="CreateStatistic"/>, in bytes.</summary>
    /// <param name="tensors">The tensors, in storage order.</param>
    /// <param name="models">The number of models.</param>
    public abstract long SurveyBytes(IReadOnlyList<MergeTensor> tensors, int models);

    /// <summary>The number of elements of some tensors.</summary>
    private protected static long Total(IReadOnlyList<MergeTensor> tensors) => tensors.Sum(tensor => tensor.Shape.ElementCount);
}
