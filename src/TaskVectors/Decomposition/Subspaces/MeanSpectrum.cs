using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// (1/k) sum P_i = (1/k) S S^T with S = [U_1 ... U_k]. Its eigenvalues are those of the Gram matrix S^T S, or of S S^T where that is
/// smaller, over k. Directions of interest have eigenvalues far from zero, so that the Gram matrix loses no digit that counts.
/// </summary>
internal static class MeanSpectrum
{
    /// <summary>The eigenvalues alone.</summary>
    public static IReadOnlyList<double> ValuesOf<T>(
        IReadOnlyList<Matrix<T>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> gram = GramOf(SharedSpectra.Stack(bases), provider, cancellationToken);
        SymmetricEigen<T> eigen = provider.LeadingEigen(gram.View, 0, cancellationToken);
        return Array.ConvertAll(eigen.Values.ToArray(), value => double.CreateTruncating(value) / bases.Count);
    }

    /// <summary>The smaller Gram matrix of the bases side by side.</summary>
    public static Matrix<T> GramOf<T>(Matrix<T> stack, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        provider.Gram(IsTall(stack) ? stack.Transpose() : stack.View, cancellationToken);

    /// <summary>Whether the Gram matrix is S^T S.</summary>
    public static bool IsTall<T>(Matrix<T> stack)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => stack.Rows > stack.Columns;
}
