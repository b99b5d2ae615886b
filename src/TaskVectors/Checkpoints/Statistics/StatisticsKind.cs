namespace TaskVectors.Checkpoints.Statistics;

/// <summary>What is known of a model from data, beyond its weights.</summary>
public enum StatisticsKind
{
    /// <summary>
    /// The diagonal of the Fisher information: a number for every parameter, the mean over examples of the squared derivative of the log-likelihood. Tensors
    /// have the names and shapes of the model's.
    /// </summary>
    Fisher,

    /// <summary>
    /// The Gram matrix X^T X / n of the inputs X [n, in] of every linear layer. Tensors have the names of the layers' weights and the shape [in, in].
    /// </summary>
    Gram,
}
