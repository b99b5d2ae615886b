using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

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
        int total = ranks.Sum();
        int rows = Math.Min(dimension, total);
        Matrix<T> triangle = Matrix.Zero<T>(rows, total);
        var numbers = new NormalNumbers(key);
        for (int column = 0; column < total; column++)
        {
            for (int row = 0; row < Math.Min(column, rows); row++)
            {
                triangle.Target[row, column] = T.CreateTruncating(numbers.Next());
            }

            if (column < rows)
            {
                triangle.Target[column, column] = T.CreateTruncating(numbers.NextNorm(dimension - column));
            }
        }

        var bases = new List<Matrix<T>>(ranks.Count);
        int first = 0;
        foreach (int rank in ranks)
        {
            bases.Add(provider.ThinQr(triangle.View.Slice(0, first, rows, rank), cancellationToken).Q);
            first += rank;
        }

        return bases;
    }
}
