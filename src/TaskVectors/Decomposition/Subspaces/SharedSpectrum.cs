using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>The eigenvalues of a reading, descending, and the orthonormal basis that its leading eigenvectors span.</summary>
internal abstract class SharedSpectrum
{
    /// <summary>The eigenvalues (real parts), descending; those not listed are zero.</summary>
    public abstract IReadOnlyList<double> Values { get; }

    /// <summary>What did not converge and was computed in another way.</summary>
    public virtual IReadOnlyList<string> Fallbacks => [];

    /// <summary>The largest number of leading eigenvectors, up to a count, that stand together: a complex pair is not torn apart.</summary>
    public virtual int Whole(int count) => count;

    /// <summary>An orthonormal basis, d x c, of the span of the leading eigenvectors.</summary>
    public abstract Matrix<double> Basis(int count);
}
