namespace TaskVectors.LinearAlgebra;

/// <summary>How exactly singular vectors are found by methods that need many of them.</summary>
public enum SpectralPrecision
{
    /// <summary>
    /// Through Gram matrices, in F32 where that is enough and in F64 else, and by the complete decomposition where neither is. Results
    /// agree with <see cref="Exact"/> to 1e-3 of their norm, as a rule to 1e-4, at a fraction of the time. Matrices whose smaller side is
    /// below 128 are decomposed exactly in any case.
    /// </summary>
    Fast,

    /// <summary>By complete singular value decompositions.</summary>
    Exact,
}
