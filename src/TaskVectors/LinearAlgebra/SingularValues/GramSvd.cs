using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>
/// Leading singular vectors from the Gram matrix of the smaller side: A A^T = U diag(s^2) U^T, then V^T = diag(1/s) U^T A. Squaring costs half the
/// digits: rounding moves an eigenvalue by about the spacing at 1 times the largest, so that singular values below a certain share of the
/// largest, and their vectors, are not to be trusted. Whether the ones asked for are is checked; where they are not, F32 matrices are squared
/// in F64, and the caller falls back to the complete decomposition when that is not enough either.
/// </summary>
internal static class GramSvd
{
    /// <summary>Below this smaller side the complete decomposition costs little.</summary>
    public const int LeastSide = 128;

    /// <summary>By how many spacings at 1, times the largest eigenvalue, rounding may move an eigenvalue.</summary>
    private const double RoundingFactor = 4;

    /// <summary>How far rounding may move the smallest eigenvalue that counts, relative to itself.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>The leading triplets, with the values of all; null where the Gram matrix does not determine them.</summary>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n.</param>
    /// <param name="choose">How many triplets, given all singular values in F64, descending.</param>
    /// <param name="mostVectors">The largest answer <paramref name="choose"/> can give.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static LeadingSvd<T>? TryLeading<T>(
        ILinearAlgebraProvider provider,
        ReadOnlyMatrixSpan<T> matrix,
        Func<double[], int> choose,
        int mostVectors,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixChecks.RequireFinite(matrix);
        int smaller = Math.Min(matrix.Rows, matrix.Columns);
        double largest = MatrixNorms.LargestMagnitude(matrix);
        if (smaller < LeastSide || !IsSafe<T>(largest))
        {
            return null;
        }

        return TryIn<T, T>(provider, matrix, choose, Math.Min(mostVectors, smaller), cancellationToken)
            ?? (typeof(T) == typeof(float) ? TryIn<T, double>(provider, matrix, choose, Math.Min(mostVectors, smaller), cancellationToken) : null);
    }

    /// <summary>The share of the largest singular value below which one found through a Gram matrix is rounding error in part.</summary>
    public static double LeastShare<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Sqrt(RoundingFactor * RankTolerance.Spacing<T>() / Tolerance);

    /// <summary>Whether products of elements stay clear of overflow and of subnormal numbers, with room for sums.</summary>
    public static bool IsSafe<T>(double largest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double limit = typeof(T) == typeof(float) ? 1e12 : 1e120;
        return largest < limit && largest > 1 / limit;
    }

    private static LeadingSvd<T>? TryIn<T, TGram>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, Func<double[], int> choose, int mostVectors, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGram : unmanaged, IBinaryFloatingPointIeee754<TGram>
    {
        bool isTall = matrix.Rows > matrix.Columns;
        ReadOnlyMatrixSpan<T> flat = isTall ? matrix.Transpose() : matrix;
        Matrix<TGram> gram = typeof(T) == typeof(TGram)
            ? (Matrix<TGram>)(object)provider.Gram(flat, cancellationToken)
            : provider.Gram((isTall ? matrix.ToMatrix<TGram>().Transpose() : matrix.ToMatrix<TGram>().View), cancellationToken);
        SymmetricEigen<TGram> eigen = provider.LeadingEigen(gram.View, mostVectors, cancellationToken);
        double[] values = new double[gram.Rows];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = Math.Sqrt(Math.Max(0, double.CreateTruncating(eigen.Values.Span[index])));
        }

        double threshold = RankTolerance.Default<T>(matrix.Rows, matrix.Columns) * values[0];
        int count = Math.Min(choose(values), mostVectors);
        while (count > 0 && !(values[count - 1] > threshold))
        {
            count--;
        }

        return count == 0 || values[count - 1] < LeastShare<TGram>() * values[0]
            ? null
            : new LeadingSvd<T>(values, eigen.Vectors.FirstColumns(count).ToMatrix<T>(), isTall);
    }
}
