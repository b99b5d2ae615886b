using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>All singular values of a matrix, and the leading singular vectors of its smaller side; those of the larger one when asked for.</summary>
/// <param name="Values">All singular values, descending; those behind the count are known roughly.</param>
/// <param name="Smaller">The leading singular vectors of the smaller side, orthonormal columns: U where m is at most n, V else.</param>
/// <param name="IsTall">Whether the matrix has more rows than columns.</param>
internal sealed record LeadingSvd<T>(double[] Values, Matrix<T> Smaller, bool IsTall)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of triplets.</summary>
    public int Count => Smaller.Columns;

    /// <summary>The left singular vectors, m x r.</summary>
    public Matrix<T> Left(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken) =>
        IsTall ? LargerRows(provider, matrix.Transpose(), cancellationToken).Transpose().ToMatrix() : Smaller;

    /// <summary>The right singular vectors transposed, r x n.</summary>
    public Matrix<T> RightTransposed(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken) =>
        IsTall ? Smaller.Transpose().ToMatrix() : LargerRows(provider, matrix, cancellationToken);

    /// <summary>The leading triplets with the sign convention of <see cref="ThinSvd{T}"/>.</summary>
    public ThinSvd<T> Triplets(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken)
    {
        Matrix<T> u = Left(provider, matrix, cancellationToken);
        Matrix<T> vt = RightTransposed(provider, matrix, cancellationToken);
        SignConvention.MakeLargestPositive(u.Target, vt.Target);
        return new ThinSvd<T>(u, Array.ConvertAll(Values[..Count], T.CreateTruncating), vt);
    }

    // diag(1/s) X^T A, with A flat.
    private Matrix<T> LargerRows(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> flat, CancellationToken cancellationToken)
    {
        Matrix<T> rows = provider.Multiply(Smaller.Transpose(), flat, cancellationToken);
        for (int row = 0; row < rows.Rows; row++)
        {
            T factor = T.CreateTruncating(1 / Values[row]);
            foreach (ref T value in rows.Target.Row(row))
            {
                value *= factor;
            }
        }

        return rows;
    }
}
