namespace TaskVectors.LinearAlgebra;

/// <summary>
/// Solves X A = B for a symmetric positive definite A in F64 by the Cholesky factorisation A = L L^T (Golub and Van Loan, Matrix Computations, 4th ed., 4.2),
/// in blocks, all large work in products.
/// </summary>
internal static class PositiveDefiniteSystem
{
    private const int Block = 64;

    /// <summary>Replaces the lower triangle of A by L and B by X; false, with A and B spoilt, where A is not safely positive definite.</summary>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">A, n x n; only the lower triangle counts. Its diagonal should be near 1, so that pivots tell how well conditioned it is.</param>
    /// <param name="values">B, m x n.</param>
    /// <param name="smallestPivot">The least that a squared pivot may be.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static bool TrySolve(
        ILinearAlgebraProvider provider, MatrixSpan<double> matrix, MatrixSpan<double> values, double smallestPivot, CancellationToken cancellationToken = default)
    {
        if (!Cholesky.TryFactor(provider, matrix, cancellationToken))
        {
            return false;
        }

        for (int index = 0; index < matrix.Rows; index++)
        {
            if (matrix[index, index] * matrix[index, index] < smallestPivot)
            {
                return false;
            }
        }

        double[] corner = new double[Block * Block];
        double[] room = new double[Block * values.Rows];
        int blocks = (matrix.Rows + Block - 1) / Block;

        // Y L^T = B, then X L = Y.
        for (int block = 0; block < blocks; block++)
        {
            Divide(provider, matrix, values, block * Block, isForward: true, corner, room, cancellationToken);
        }

        for (int block = blocks - 1; block >= 0; block--)
        {
            Divide(provider, matrix, values, block * Block, isForward: false, corner, room, cancellationToken);
        }

        return true;
    }

    // What other columns have contributed is taken away, and the rest multiplied by the inverse of the block of the diagonal.
    private static void Divide(
        ILinearAlgebraProvider provider, MatrixSpan<double> factor, MatrixSpan<double> values, int first, bool isForward, double[] corner, double[] room, CancellationToken cancellationToken)
    {
        int width = Math.Min(Block, factor.Rows - first);
        int known = isForward ? first : factor.Rows - first - width;
        MatrixSpan<double> target = values.Slice(0, first, values.Rows, width);
        var work = new MatrixSpan<double>(room, values.Rows, width);
        if (known > 0)
        {
            ReadOnlyMatrixSpan<double> solved = values.Slice(0, isForward ? 0 : first + width, values.Rows, known);
            ReadOnlyMatrixSpan<double> coefficients = isForward
                ? factor.Slice(first, 0, width, known).AsReadOnly().Transpose()
                : factor.Slice(first + width, first, known, width);
            provider.Multiply(1, solved, coefficients, 0, work, cancellationToken);
            Subtract(target, work);
        }

        var inverse = new MatrixSpan<double>(corner, width, width);
        Invert(factor.Slice(first, first, width, width), inverse);
        provider.Multiply(1, target, isForward ? inverse.AsReadOnly().Transpose() : inverse, 0, work, cancellationToken);
        for (int row = 0; row < target.Rows; row++)
        {
            work.Row(row).CopyTo(target.Row(row));
        }
    }

    // Row i of L^-1 is (e_i - sum_j<i l_ij (row j of L^-1)) / l_ii.
    private static void Invert(MatrixSpan<double> factor, MatrixSpan<double> inverse)
    {
        for (int row = 0; row < factor.Rows; row++)
        {
            Span<double> target = inverse.Row(row);
            target.Clear();
            target[row] = 1;
            for (int earlier = 0; earlier < row; earlier++)
            {
                ReadOnlySpan<double> source = inverse.Row(earlier);
                for (int column = 0; column <= earlier; column++)
                {
                    target[column] -= factor[row, earlier] * source[column];
                }
            }

            for (int column = 0; column <= row; column++)
            {
                target[column] /= factor[row, row];
            }
        }
    }

    private static void Subtract(MatrixSpan<double> target, MatrixSpan<double> removed)
    {
        for (int row = 0; row < target.Rows; row++)
        {
            Span<double> values = target.Row(row);
            ReadOnlySpan<double> other = removed.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] -= other[column];
            }
        }
    }
}
