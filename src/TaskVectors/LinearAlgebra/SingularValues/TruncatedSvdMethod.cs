namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>How the leading singular triplets are found.</summary>
public enum TruncatedSvdMethod
{
    /// <summary>
    /// Randomised where that is likely to be cheaper (the sketch is less than a third of the smaller side), exact elsewhere.
    /// </summary>
    Auto,

    /// <summary>The complete thin decomposition, cut.</summary>
    Exact,

    /// <summary>Randomised subspace iteration with a checked error, falling back to the exact one when the check does not pass.</summary>
    Randomized,
}
