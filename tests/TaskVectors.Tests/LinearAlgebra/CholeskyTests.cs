using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>The factorisation against its definition, on sizes around its blocks.</summary>
public class CholeskyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void The_factor_times_its_transpose_is_the_matrix(int order)
    {
        Check<double>(order, 1e-12);

        // Sums of 200 products in F32.
        Check<float>(order, 2e-5);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(130)]
    public void A_matrix_with_a_negative_eigenvalue_or_a_NaN_has_none(int order)
    {
        Matrix<double> matrix = Positive<double>(order);
        double least = TestProviders.Managed.LeadingEigen(matrix.View, 0).Values.Span[^1];
        Assert.True(Cholesky.TryFactor(TestProviders.Managed, Shifted(matrix, 1e-6 - least).Target, default));
        Assert.False(Cholesky.TryFactor(TestProviders.Managed, Shifted(matrix, -1e-6 - least).Target, default));
        Assert.False(Cholesky.TryFactor(TestProviders.Managed, Shifted(matrix, double.NaN).Target, default));
    }

    private static void Check<T>(int order, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> matrix = Positive<T>(order);
        Matrix<T> factor = matrix.View.ToMatrix();
        Assert.True(Cholesky.TryFactor(TestProviders.Managed, factor.Target, default));
        for (int row = 0; row < order; row++)
        {
            factor.Target.Row(row)[(row + 1)..].Clear();
        }

        Matrix<T> product = TestProviders.Managed.Multiply(factor.View, factor.Transpose());
        Assert.True(TestMatrices.Distance<T, T>(product.View, matrix.View) <= tolerance * TestMatrices.Norm<T>(matrix.View));
    }

    private static Matrix<T> Positive<T>(int order)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TestProviders.Managed.Gram(TestMatrices.Gaussian<T>(order, order + 10, seed: 4).View);

    private static Matrix<double> Shifted(Matrix<double> matrix, double shift)
    {
        Matrix<double> shifted = matrix.View.ToMatrix();
        for (int row = 0; row < shifted.Rows; row++)
        {
            shifted.Target[row, row] += shift;
        }

        return shifted;
    }
}
