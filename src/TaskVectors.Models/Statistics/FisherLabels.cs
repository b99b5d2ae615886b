namespace TaskVectors.Models.Statistics;

/// <summary>Where the labels come from by whose log-probability Fisher information is differentiated.</summary>
public enum FisherLabels
{
    /// <summary>Every class, weighted by the probability that the model gives it: the expectation itself. For one prediction an example.</summary>
    Expected,

    /// <summary>One label for each prediction, drawn by the probabilities that the model gives.</summary>
    Sampled,

    /// <summary>The labels of the data: the "empirical" Fisher information, which is another quantity.</summary>
    Data,
}
