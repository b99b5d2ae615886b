namespace TaskVectors.LinearAlgebra;

/// <summary>Which implementation of dense linear algebra to use.</summary>
public enum LinearAlgebraChoice
{
    /// <summary>OpenBLAS where its shared library can be loaded, the managed implementation elsewhere.</summary>
    Auto,

    /// <summary>OpenBLAS; an error where it cannot be loaded.</summary>
    OpenBlas,

    /// <summary>The managed implementation: no native code, the same bytes for any number of threads and any SIMD width.</summary>
    Managed,
}
