using System.Numerics;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>
/// The Newton-Schulz iteration X = X (3 I - X^T X) / 2, which takes every singular value in (0, sqrt 3) to 1: by half as much again
/// each time while it is small, quadratically when it is near.
/// </summary>
internal static class NewtonSchulz
{
    /// <summary>More steps than this cost more than the exact decomposition.</summary>
    private const int MaxSteps = 30;

    /// <summary>How far above the goal the distance from orthogonality may stall and still count as rounding.</summary>
    private const double StallFactor = 16;

    /// <summary>The polar factor of a matrix with at least as many rows as columns, or null where it is too nearly singular.</summary>
    public static Matrix<T>? TryPolarFactor<T>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> matrix, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = MatrixNorms.LargestMagnitude(matrix);
        if (largest == 0)
        {
            return null;
        }

        Matrix<T> x = matrix.ToMatrix();
        Scale(x, Math.ScaleB(1, -MatrixNorms.BinaryExponent(largest)));
        Scale(x, 1 / LargestSingularValueBound(provider, Gram(provider, x, cancellationToken).View, cancellationToken));
        double goal = x.Columns * RankTolerance.Spacing<T>();
        double previous = double.PositiveInfinity;
        for (int step = 0; step < MaxSteps; step++)
        {
            Matrix<T> gram = Gram(provider, x, cancellationToken);
            double distance = SubtractFromIdentity(gram);
            if (distance <= goal || (distance <= StallFactor * goal && distance > previous / 2))
            {
                return x;
            }

            previous = distance;
            x = Step(provider, x, gram, cancellationToken);
        }

        return null;
    }

    /// <summary>X^T X.</summary>
    private static Matrix<T> Gram<T>(ILinearAlgebraProvider provider, Matrix<T> x, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        provider.Multiply(x.Transpose(), x.View, cancellationToken);

    /// <summary>(sum s_i^8)^(1/8) from the Gram matrix: never below the largest singular value, and at most n^(1/8) times it.</summary>
    private static double LargestSingularValueBound<T>(
        ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> gram, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Math.Sqrt(Math.Sqrt(MatrixNorms.Frobenius(provider.Multiply(gram, gram, cancellationToken).View)));

    /// <summary>Replaces G by I - G and returns ||I - G||_F.</summary>
    private static double SubtractFromIdentity<T>(Matrix<T> gram)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < gram.Rows; row++)
        {
            Span<T> values = gram.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] = (row == column ? T.One : T.Zero) - values[column];
            }
        }

        return MatrixNorms.Frobenius(gram.View);
    }

    /// <summary>X + X (I - G) / 2.</summary>
    private static Matrix<T> Step<T>(ILinearAlgebraProvider provider, Matrix<T> x, Matrix<T> distance, CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T half = T.One / (T.One + T.One);
        Matrix<T> next = x.View.ToMatrix();
        provider.Multiply(half, x, distance, T.One, next.Target, cancellationToken);
        return next;
    }

    private static void Scale<T>(Matrix<T> matrix, double factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(factor);
        foreach (ref T value in matrix.Target.Elements)
        {
            value *= scale;
        }
    }
}
