using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Interference;

/// <summary>
/// The minimum of the interference: M = S + (B - S G) G^+ with S the sum, the minimum nearest to S. Directions of the inputs in which no task moved, or hardly, have no
/// say: S is kept in them.
/// </summary>
internal static class ExactMinimum
{
    /// <summary>The minimum.</summary>
    /// <param name="loss">The interference.</param>
    /// <param name="cutoff">Eigenvalues of G up to this share of the largest count as zero.</param>
    /// <param name="context">What the arithmetic may use.</param>
    public static Matrix<double> Find(InterferenceLoss loss, double cutoff, MergeContext context)
    {
        Matrix<double> residual = Matrix.Zero<double>(loss.Sum.Rows, loss.Sum.Columns);
        loss.HalfGradient(loss.Sum, residual);
        SymmetricEigen<double> eigen = context.LinearAlgebra.SymmetricEigen(loss.Gram.View);
        Matrix<double> coordinates = context.LinearAlgebra.Multiply(residual.View, eigen.Vectors.View);
        Divide(coordinates, eigen.Values.Span, cutoff);
        Matrix<double> merged = loss.Sum;
        context.LinearAlgebra.Multiply(-1, coordinates.View, eigen.Vectors.Transpose(), 1, merged.Target);
        return merged;
    }

    private static void Divide(Matrix<double> coordinates, ReadOnlySpan<double> eigenvalues, double cutoff)
    {
        double largest = 0;
        foreach (double value in eigenvalues)
        {
            largest = Math.Max(largest, value);
        }

        for (int row = 0; row < coordinates.Rows; row++)
        {
            Span<double> values = coordinates.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] = eigenvalues[column] > cutoff * largest ? values[column] / eigenvalues[column] : 0;
            }
        }
    }
}
