namespace TaskVectors.Execution;

/// <summary>How an exact result becomes a value of the dtype written.</summary>
public enum Rounding
{
    /// <summary>To the nearest value, ties to even.</summary>
    Nearest,

    /// <summary>
    /// To one of the two neighbours with probabilities that make the expectation exact: unbiased, for edits smaller than the
    /// spacing of the dtype. The random numbers depend on seed, tensor name and element index only.
    /// </summary>
    Stochastic,
}
