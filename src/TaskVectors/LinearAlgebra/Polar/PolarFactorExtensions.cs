using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>The orthogonal polar factor of a matrix.</summary>
public static class PolarFactorExtensions
{
    /// <summary>A matrix taller than wide by this factor is reduced to its triangular factor first.</summary>
    private const double ReductionRatio = 1.5;

    /// <summary>
    /// The polar factor P = U V^T of A = U diag(s) V^T: the nearest matrix with orthonormal columns (or rows, when m &lt; n), with A = P H
    /// and H = (A^T A)^(1/2) symmetric and positive semidefinite. Of a rank-deficient matrix it is the unique partial isometry
    /// U_r V_r^T over the singular values above max(m, n) times the spacing of numbers at 1, relative to the largest; of a zero matrix,
    /// zero. Computed by Newton-Schulz iteration (Higham, Functions of Matrices, 2008, 8.3), and by the exact decomposition where that
    /// does not converge.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>m x n.</returns>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The exact method gave up.</exception>
    public static Matrix<T> PolarFactor<T>(
        this ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        provider.PolarFactor(matrix, SpectralPrecision.Exact, cancellationToken);

    /// <summary>
    /// The polar factor with a choice of precision: <see cref="SpectralPrecision.Fast"/> takes it from the Gram matrix of the smaller side, G^(-1/2) A,
    /// weak directions apart, and falls back to the exact way for small, nearly singular or very unevenly scaled matrices.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n.</param>
    /// <param name="precision">How exactly.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>m x n.</returns>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The exact method gave up.</exception>
    public static Matrix<T> PolarFactor<T>(
        this ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, SpectralPrecision precision, CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(provider);
        MatrixChecks.RequireFinite(matrix);
        if (precision == SpectralPrecision.Fast && GramPolar.TryPolarFactor(provider, matrix, cancellationToken) is { } factor)
        {
            return factor;
        }

        double tolerance = RankTolerance.Default<T>(matrix.Rows, matrix.Columns);
        return matrix.Rows < matrix.Columns
            ? TallPolarFactor(provider, matrix.Transpose(), tolerance, cancellationToken).Transpose().ToMatrix()
            : TallPolarFactor(provider, matrix, tolerance, cancellationToken);
    }

    /// <summary>With A = Q R the polar factor of A is Q times that of R, which iterates on a smaller matrix.</summary>
    private static Matrix<T> TallPolarFactor<T>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, double tolerance, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (matrix.Rows < ReductionRatio * matrix.Columns)
        {
            return DirectPolarFactor(provider, matrix, tolerance, cancellationToken);
        }

        ThinQr<T> qr = provider.ThinQr(matrix, cancellationToken);
        return provider.Multiply(qr.Q.View, DirectPolarFactor(provider, qr.R.View, tolerance, cancellationToken).View, cancellationToken);
    }

    private static Matrix<T> DirectPolarFactor<T>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, double tolerance, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NewtonSchulz.TryPolarFactor(provider, matrix, cancellationToken) is { } factor)
        {
            return factor;
        }

        if (provider is FallbackLinearAlgebra log && MatrixNorms.LargestMagnitude(matrix) > 0)
        {
            log.Remember(FormattableString.Invariant(
                $"The Newton-Schulz iteration for the polar factor of a {matrix.Rows} x {matrix.Columns} matrix did not converge, as it is singular or nearly so; the exact decomposition computed it."));
        }

        ThinSvd<T> svd = provider.ThinSvd(matrix, cancellationToken);
        int rank = svd.NumericalRank(tolerance);
        return provider.Multiply(svd.U.FirstColumns(rank), svd.Vt.FirstRows(rank), cancellationToken);
    }
}
