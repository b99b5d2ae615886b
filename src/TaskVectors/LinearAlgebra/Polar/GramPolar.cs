using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>
/// The polar factor by way of the Gram matrix of the smaller side, G = A A^T = Q diag(s^2) Q^T: P = G^(-1/2) A. Where s is small beside the largest
/// singular value, its square is lost in rounding, so that those directions are taken apart: with Q = [Q_1 Q_2] and Q_2 the weak ones, P = Q_1
/// diag(1/s) Q_1^T A + Q_2 P(B), where B = Q_2^T A, made orthogonal to the rows of the first part, is small in norm, and is squared in F64.
/// </summary>
internal static class GramPolar
{
    /// <summary>Singular values below this share of the largest are weak: rounding in F32 moves the square of one that is not by a few thousandths.</summary>
    private const double WeakShare = 0.01;

    /// <summary>The largest share of weak directions for which taking them apart pays.</summary>
    private const double MostWeak = 1.0 / 3;

    /// <summary>Singular values below so many spacings at 1, relative to the largest, are rounding error.</summary>
    private const double SingularSpacings = 64;

    /// <summary>The polar factor, or null where the matrix is small, too nearly singular, or has too many weak directions.</summary>
    public static Matrix<T>? TryPolarFactor<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        if (Math.Min(matrix.Rows, matrix.Columns) < GramSvd.LeastSide || !GramSvd.IsSafe<T>(MatrixNorms.LargestMagnitude(matrix)))
        {
            return null;
        }

        return matrix.Rows > matrix.Columns
            ? TryFlat(provider, matrix.Transpose(), cancellationToken)?.Transpose().ToMatrix()
            : TryFlat(provider, matrix, cancellationToken);
    }

    private static Matrix<T>? TryFlat<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> a, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SymmetricEigen<T> eigen = provider.LeadingEigen(provider.Gram(a, cancellationToken).View, a.Rows, cancellationToken);
        double[] squares = Array.ConvertAll(eigen.Values.ToArray(), double.CreateTruncating);
        double weak = WeakShare * WeakShare * squares[0];
        int strong = squares.Count(square => square > weak);
        if (squares.Length - strong > MostWeak * squares.Length)
        {
            return null;
        }

        ReadOnlyMatrixSpan<T> q1 = eigen.Vectors.FirstColumns(strong);
        Matrix<T> root = provider.Gram(ScaleColumns(q1, squares, -0.25).View, cancellationToken);
        Matrix<T> factor = provider.Multiply(root.View, a, cancellationToken);
        if (strong < a.Rows)
        {
            ReadOnlyMatrixSpan<T> q2 = eigen.Vectors.View.Slice(0, strong, a.Rows, a.Rows - strong);
            Matrix<T> rest = provider.Multiply(q2.Transpose(), a, cancellationToken);
            RemoveStrong(provider, a, q1, squares, rest, cancellationToken);
            if (TryWeak(provider, rest, SingularSpacings * RankTolerance.Spacing<T>() * Math.Sqrt(squares[0]), cancellationToken) is not { } turned)
            {
                return null;
            }

            provider.Multiply(T.One, q2, turned.View, T.One, factor.Target, cancellationToken);
        }

        return factor;
    }

    /// <summary>B - B V V^T with V^T = diag(1/s) Q_1^T A: what rounding left of the strong rows in the weak ones.</summary>
    private static void RemoveStrong<T>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> a, ReadOnlyMatrixSpan<T> q1, double[] squares, Matrix<T> rest, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> overlap = provider.Multiply(rest.View, a.Transpose(), cancellationToken);
        Matrix<T> coordinates = ScaleColumns(provider.Multiply(overlap.View, q1, cancellationToken).View, squares, -1);
        Matrix<T> back = provider.Multiply(coordinates.View, q1.Transpose(), cancellationToken);
        provider.Multiply(-T.One, back.View, a, T.One, rest.Target, cancellationToken);
    }

    private static Matrix<T>? TryWeak<T>(ILinearAlgebraProvider provider, Matrix<T> rest, double least, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<double> gram = typeof(T) == typeof(float)
            ? provider.MultiplyWide(((Matrix<float>)(object)rest).View, ((Matrix<float>)(object)rest).Transpose(), cancellationToken)
            : provider.Gram(rest.View.ToMatrix<double>().View, cancellationToken);
        SymmetricEigen<double> eigen = provider.LeadingEigen(gram.View, gram.Rows, cancellationToken);
        double[] squares = eigen.Values.ToArray();
        return !(squares[^1] > least * least)
            ? null
            : provider.Multiply(provider.Gram(ScaleColumns(eigen.Vectors.View, squares, -0.25).View, cancellationToken).View.ToMatrix<T>().View, rest.View, cancellationToken);
    }

    private static Matrix<T> ScaleColumns<T>(ReadOnlyMatrixSpan<T> matrix, double[] values, double power)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] factors = new T[matrix.Columns];
        for (int column = 0; column < factors.Length; column++)
        {
            factors[column] = T.CreateTruncating(Math.Pow(values[column], power));
        }

        Matrix<T> scaled = matrix.ToMatrix();
        for (int row = 0; row < scaled.Rows; row++)
        {
            Span<T> target = scaled.Target.Row(row);
            for (int column = 0; column < target.Length; column++)
            {
                target[column] *= factors[column];
            }
        }

        return scaled;
    }
}
