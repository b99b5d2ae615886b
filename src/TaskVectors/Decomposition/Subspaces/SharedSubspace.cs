using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>The subspace that several column spaces (or row spaces) share, and how sure that is. Immutable.</summary>
public sealed record SharedSubspace
{
    /// <summary>An orthonormal basis Z, d x c; c may be 0.</summary>
    public required Matrix<double> Basis { get; init; }

    /// <summary>c, the number of shared directions.</summary>
    public int Dimension => Basis.Columns;

    /// <summary>The reading.</summary>
    public required DecompositionMode Mode { get; init; }

    /// <summary>Eigenvalues above it may be kept.</summary>
    public required double Cut { get; init; }

    /// <summary>
    /// The eigenvalues (for <see cref="DecompositionMode.Product"/> their real parts), descending; those not listed are zero. With
    /// <see cref="SharedByPairs"/> those of all pairs.
    /// </summary>
    public required IReadOnlyList<double> Eigenvalues { get; init; }

    /// <summary>
    /// The mean number of directions of random subspaces of the same ranks above the cut; <see langword="null"/> without null test.
    /// </summary>
    public double? ChanceDimension { get; init; }

    /// <summary>How likely chance is to give an eigenvalue of that index and size, for each kept one; empty without null test.</summary>
    public IReadOnlyList<double> PValues { get; init; } = [];

    /// <summary>How many eigenvalues lie above the cut and were dropped all the same, because chance gives them too.</summary>
    public int DroppedByNullTest { get; init; }

    /// <summary>What did not converge and was computed in another way.</summary>
    internal IReadOnlyList<string> Fallbacks { get; init; } = [];
}
