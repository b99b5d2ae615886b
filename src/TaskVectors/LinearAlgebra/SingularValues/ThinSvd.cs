using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>
/// A singular value decomposition A = U diag(s) V^T of an m x n matrix with r triplets; r = min(m, n) for a complete thin one. Signs are
/// fixed: the entry of largest magnitude in each column of U (the first of equals) is positive.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="U">m x r; orthonormal columns, the left singular vectors.</param>
/// <param name="SingularValues">r values, descending, none negative.</param>
/// <param name="Vt">r x n; orthonormal rows, the right singular vectors transposed.</param>
public sealed record ThinSvd<T>(Matrix<T> U, ReadOnlyMemory<T> SingularValues, Matrix<T> Vt)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of triplets.</summary>
    public int Count => SingularValues.Length;

    /// <summary>
    /// The number of singular values above <paramref name="tolerance"/> times the largest one; 0 for a zero matrix.
    /// </summary>
    /// <param name="tolerance">
    /// Relative tolerance; <see langword="null"/> for max(m, n) times the spacing of numbers at 1, the usual choice.
    /// </param>
    public int NumericalRank(double? tolerance = null)
    {
        ReadOnlySpan<T> values = SingularValues.Span;
        if (values.IsEmpty || values[0] == T.Zero)
        {
            return 0;
        }

        double threshold = (tolerance ?? RankTolerance.Default<T>(U.Rows, Vt.Columns)) * double.CreateTruncating(values[0]);
        int rank = 0;
        while (rank < values.Length && double.CreateTruncating(values[rank]) > threshold)
        {
            rank++;
        }

        return rank;
    }

    /// <summary>The leading triplets only.</summary>
    /// <param name="count">How many; all of them where there are fewer.</param>
    public ThinSvd<T> Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return count >= Count
            ? this
            : new ThinSvd<T>(U.FirstColumns(count).ToMatrix(), SingularValues[..count], Vt.FirstRows(count).ToMatrix());
    }
}
