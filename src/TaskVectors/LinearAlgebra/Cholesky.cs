using System.Numerics;

namespace TaskVectors.LinearAlgebra;

/// <summary>
/// The Cholesky factorisation A = L L^T in blocks (Golub and Van Loan, Matrix Computations, 4th ed., 4.2.5), all large work in products. It exists for
/// positive definite matrices only, which makes it the cheapest proof that all eigenvalues lie above a level.
/// </summary>
internal static class Cholesky
{
    private const int Block = 64;

    /// <summary>Replaces the lower triangle by L, blocks above the diagonal left as they are; false where the matrix is not positive definite up to rounding.</summary>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">Square; only the lower triangle counts.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static bool TryFactor<T>(ILinearAlgebraProvider provider, MatrixSpan<T> matrix, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int order = matrix.Rows;
        T[] corner = new T[Block * Block];
        T[] panel = new T[Block * order];
        for (int first = 0; first < order; first += Block)
        {
            int width = Math.Min(Block, order - first);
            MatrixSpan<T> below = matrix.Slice(first, first, order - first, width);
            if (first > 0)
            {
                // The block of the diagonal lies in the rows of the panel: its product with them goes through memory of its own.
                var product = new MatrixSpan<T>(panel, order - first, width);
                provider.Multiply(
                    T.One, matrix.Slice(first, 0, order - first, first), matrix.Slice(first, 0, width, first).AsReadOnly().Transpose(), T.Zero, product, cancellationToken);
                Subtract(below, product);
            }

            var inverse = new MatrixSpan<T>(corner, width, width);
            if (!TryFactorCorner(below.Slice(0, 0, width, width), inverse))
            {
                return false;
            }

            if (first + width < order)
            {
                MatrixSpan<T> rest = below.Slice(width, 0, below.Rows - width, width);
                var divided = new MatrixSpan<T>(panel, rest.Rows, width);
                provider.Multiply(T.One, rest, inverse.AsReadOnly().Transpose(), T.Zero, divided, cancellationToken);
                Copy(divided, rest);
            }
        }

        return true;
    }

    /// <summary>L and its inverse, row by row.</summary>
    private static bool TryFactorCorner<T>(MatrixSpan<T> corner, MatrixSpan<T> inverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < corner.Rows; row++)
        {
            Span<T> target = corner.Row(row);
            for (int column = 0; column < row; column++)
            {
                target[column] = (target[column] - Dot(target[..column], corner.Row(column)[..column])) / corner[column, column];
            }

            T square = target[row] - Dot(target[..row], target[..row]);
            if (!(square > T.Zero) || !T.IsFinite(square))
            {
                return false;
            }

            target[row] = T.Sqrt(square);
            Invert(target, inverse, row);
        }

        return true;
    }

    // Row i of L^-1 is (e_i - sum_j<i l_ij (row j of L^-1)) / l_ii.
    private static void Invert<T>(ReadOnlySpan<T> factor, MatrixSpan<T> inverse, int row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> target = inverse.Row(row);
        target.Clear();
        for (int earlier = 0; earlier < row; earlier++)
        {
            ReadOnlySpan<T> source = inverse.Row(earlier);
            for (int column = 0; column <= earlier; column++)
            {
                target[column] -= factor[earlier] * source[column];
            }
        }

        target[row] = T.One;
        for (int column = 0; column <= row; column++)
        {
            target[column] /= factor[row];
        }
    }

    private static T Dot<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int index = 0; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }

    private static void Subtract<T>(MatrixSpan<T> target, MatrixSpan<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < target.Rows; row++)
        {
            Span<T> values = target.Row(row);
            ReadOnlySpan<T> removed = source.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] -= removed[column];
            }
        }
    }

    private static void Copy<T>(MatrixSpan<T> source, MatrixSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < source.Rows; row++)
        {
            source.Row(row).CopyTo(target.Row(row));
        }
    }
}
