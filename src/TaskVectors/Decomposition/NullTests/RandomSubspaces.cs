using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition.NullTests;

/// <summary>
/// Uniformly random subspaces of given ranks in d dimensions, in the coordinates of their joint span: of a d x D matrix of independent
/// normal numbers only the triangular factor of its QR decomposition is drawn, whose entries are independent: normal above the diagonal,
/// and on it the norm of d - j normal numbers (Bartlett's decomposition). No matrix is larger than min(d, D) x D.
/// </summary>
internal static class RandomSubspaces
{
    public static IReadOnlyList<Matrix<T>> Draw<T>(
        int dimension, IReadOnlyList<int> ranks, PhiloxKey key, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int total, int rows) = (ranks.Sum(), Math.Min(dimension, ranks.Sum()));
        Matrix<T> columns = DrawColumns<T>(dimension, total, rows, key);
        var bases = new List<Matrix<T>>(ranks.Count);
        int first = 0;
        foreach (int rank in ranks)
        {
            bases.Add(provider.ThinQr(columns.View.Slice(first, 0, rank, rows).Transpose(), cancellationToken).Q);
            first += rank;
        }

        return bases;
    }

    /// <summary>
    /// Whether the mean of the projections on the subspaces that <see cref="Draw"/> gives has all its eigenvalues below a level: with W the Gram matrix of
    /// the numbers drawn, whether level k blockdiag(W_11 ... W_kk) - W is positive definite. Needs no bases, only products.
    /// </summary>
    /// <param name="dimension">d, at least the sum of the ranks.</param>
    /// <param name="ranks">The ranks.</param>
    /// <param name="key">The key of the draw.</param>
    /// <param name="level">The level, above 1/k.</param>
    /// <param name="provider">The linear algebra.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static bool IsMeanBelow<T>(
        int dimension, IReadOnlyList<int> ranks, PhiloxKey key, double level, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int total = ranks.Sum();
        Matrix<T> columns = DrawColumns<T>(dimension, total, total, key);
        Matrix<T> difference = Matrix.Zero<T>(total, total);
        for (int task = 0; task < ranks.Count; task++)
        {
            for (int other = 0; other <= task; other++)
            {
                (int row, int column) = (ranks.Take(task).Sum(), ranks.Take(other).Sum());

                // A column of the triangle ends at the diagonal, and so does the sum of products of two.
                int depth = column + ranks[other];
                provider.Multiply(
                    T.CreateTruncating(task == other ? (level * ranks.Count) - 1 : -1),
                    columns.View.Slice(row, 0, ranks[task], depth),
                    columns.View.Slice(column, 0, ranks[other], depth).Transpose(),
                    T.Zero,
                    difference.Target.Slice(row, column, ranks[task], ranks[other]),
                    cancellationToken);
            }
        }

        return Cholesky.TryFactor(provider, difference.Target, cancellationToken);
    }

    /// <summary>The columns of the triangle, one a row.</summary>
    private static Matrix<T> DrawColumns<T>(int dimension, int total, int rows, PhiloxKey key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> columns = Matrix.Zero<T>(total, rows);
        var numbers = new NormalNumbers(key);
        for (int column = 0; column < total; column++)
        {
            Span<T> target = columns.Target.Row(column);
            foreach (ref T value in target[..Math.Min(column, rows)])
            {
                value = T.CreateTruncating(numbers.Next());
            }

            if (column < rows)
            {
                target[column] = T.CreateTruncating(numbers.NextNorm(dimension - column));
            }
        }

        return columns;
    }
}
