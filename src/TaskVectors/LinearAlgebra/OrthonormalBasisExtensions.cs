using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>Orthonormal bases of column spaces.</summary>
public static class OrthonormalBasisExtensions
{
    /// <summary>
    /// An orthonormal basis of the column space of a matrix: its left singular vectors whose singular values exceed
    /// <paramref name="tolerance"/> times the largest. Null directions are dropped, so the basis has as many columns as the matrix has
    /// numerical rank (none for a zero or empty matrix); they are ordered by singular value, strongest first.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n, such as several bases side by side.</param>
    /// <param name="tolerance">
    /// Relative to the largest singular value; <see langword="null"/> for max(m, n) times the spacing of numbers at 1 (2^-23 F32, 2^-52
    /// F64).
    /// </param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>m x r with orthonormal columns.</returns>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    public static Matrix<T> OrthonormalBasis<T>(
        this ILinearAlgebraProvider provider,
        ReadOnlyMatrixSpan<T> matrix,
        double? tolerance = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(provider);
        if (tolerance is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(tolerance));
        }

        ThinSvd<T> svd = provider.ThinSvd(matrix, cancellationToken);
        return svd.U.FirstColumns(svd.NumericalRank(tolerance)).ToMatrix();
    }
}
