using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// Decompositions in other coordinates. With Q orthogonal, A Q = U S (Q^T V)^T and Q^T A Q = (Q^T V) L (Q^T V)^T: singular values and eigenvalues are those
/// of A, and V is turned back. An iteration that gives up on A takes another path there. In F64, rounded at the end.
/// </summary>
internal static class TurnedCoordinates
{
    /// <summary>A random orthogonal matrix; the same for the same order and seed.</summary>
    public static Matrix<double> Create(int order, ulong seed, ILinearAlgebraProvider provider) =>
        provider.ThinQr(RandomSketch.Create<double>(order, order, seed).View).Q;

    /// <summary>The thin singular value decomposition, m x n.</summary>
    /// <exception cref="ConvergenceException">It did not converge either.</exception>
    public static ThinSvd<T> ThinSvd<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isWide = matrix.Rows < matrix.Columns;
        Matrix<double> tall = (isWide ? matrix.Transpose() : matrix).ToMatrix<double>();
        Matrix<double> turn = Create(tall.Columns, seed: 1, provider);
        ThinSvd<double> svd = provider.ThinSvd(provider.Multiply(tall.View, turn.View, cancellationToken).View, cancellationToken);
        Matrix<double> vt = provider.Multiply(svd.Vt.View, turn.Transpose(), cancellationToken);
        Matrix<T> left = (isWide ? vt.Transpose() : svd.U.View).ToMatrix<T>();
        Matrix<T> right = (isWide ? svd.U.Transpose() : vt.View).ToMatrix<T>();
        SignConvention.MakeLargestPositive(left.Target, right.Target);
        return new ThinSvd<T>(left, Array.ConvertAll(svd.SingularValues.ToArray(), T.CreateTruncating), right);
    }

    /// <summary>The eigenvalues and leading eigenvectors of a symmetric matrix, n x n.</summary>
    /// <exception cref="ConvergenceException">It did not converge either.</exception>
    public static SymmetricEigen<T> LeadingEigen<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, int count, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<double> turn = Create(matrix.Rows, seed: 1, provider);
        Matrix<double> turned = provider.Multiply(
            turn.Transpose(), provider.Multiply(matrix.ToMatrix<double>().View, turn.View, cancellationToken).View, cancellationToken);
        SymmetricEigen<double> eigen = provider.LeadingEigen(turned.View, count, cancellationToken);
        Matrix<T> vectors = provider.Multiply(turn.View, eigen.Vectors.View, cancellationToken).View.ToMatrix<T>();
        SignConvention.MakeLargestPositive(vectors.Target, Matrix.Zero<T>(vectors.Columns, 0).Target);
        return new SymmetricEigen<T>(Array.ConvertAll(eigen.Values.ToArray(), T.CreateTruncating), vectors);
    }
}
