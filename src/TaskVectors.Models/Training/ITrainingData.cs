using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Training;

/// <summary>Examples that a <see cref="Trainer"/> draws batches from.</summary>
public interface ITrainingData
{
    /// <summary>The number of examples.</summary>
    int Count { get; }

    /// <summary>The inputs of a batch with labels, the same for the same indices. Tensors belong to the scope that is open.</summary>
    /// <param name="context">Where images are made.</param>
    /// <param name="indices">The examples, each from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="TaskVectorsException">An example cannot be read.</exception>
    ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices);
}
