using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>What an iteration that does not converge is replaced by, and that it is told. Values are of size 1 and computed in F64.</summary>
public class FallbackTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData(9, 5)]
    [InlineData(5, 9)]
    [InlineData(6, 6)]
    public void Singular_values_come_from_another_implementation_and_then_from_other_coordinates(int rows, int columns)
    {
        Matrix<double> matrix = TestMatrices.Gaussian<double>(rows, columns, seed: 1);
        ThinSvd<double> expected = TestProviders.Managed.ThinSvd(matrix.View);
        foreach ((int refusals, string way) in new[] { (0, ""), (int.MaxValue, "did not converge with refusing; managed computed it in F64.") })
        {
            var algebra = new FallbackLinearAlgebra(new RefusingProvider(refusals));
            RequireSame(expected, algebra.ThinSvd(matrix.View));
            Assert.Equal(way.Length == 0 ? 0 : 1, algebra.Fallbacks.Count);
            Assert.All(algebra.Fallbacks, sentence => Assert.Equal($"The singular value decomposition of a {rows} x {columns} matrix {way}", sentence));
        }

        // The other implementation gives up once, and then takes the turned matrix.
        var last = new FallbackLinearAlgebra(new RefusingProvider(), new RefusingProvider(refusals: 1));
        RequireSame(expected, last.ThinSvd(matrix.View));
        Assert.EndsWith("in random orthonormal coordinates.", Assert.Single(last.Fallbacks), StringComparison.Ordinal);
        _ = Assert.Throws<ConvergenceException>(() => new FallbackLinearAlgebra(new RefusingProvider(), new RefusingProvider()).ThinSvd(matrix.View));
    }

    [Fact]
    public void Eigenvectors_of_a_symmetric_matrix_do_likewise()
    {
        Matrix<double> half = TestMatrices.Gaussian<double>(7, 7, seed: 2);
        Matrix<double> matrix = TestMatrices.Product(half.View, half.Transpose());
        SymmetricEigen<double> expected = TestProviders.Managed.SymmetricEigen(matrix.View);
        foreach (RefusingProvider? other in new[] { null, new RefusingProvider(refusals: 1) })
        {
            var algebra = new FallbackLinearAlgebra(new RefusingProvider(), other);
            SymmetricEigen<double> eigen = algebra.SymmetricEigen(matrix.View);
            RequireClose(expected.Values.Span, eigen.Values.Span, 100 * Tolerance);
            RequireClose(expected.Vectors.Elements, eigen.Vectors.Elements, 100 * Tolerance);
            Assert.Contains("The eigendecomposition of a 7 x 7 matrix", Assert.Single(algebra.Fallbacks), StringComparison.Ordinal);
        }

        _ = Assert.Throws<ConvergenceException>(() => new FallbackLinearAlgebra(new RefusingProvider(), new RefusingProvider()).SymmetricEigen(matrix.View));
    }

    [Fact]
    public void A_polar_factor_that_the_iteration_does_not_reach_is_exact_and_told()
    {
        Matrix<double> singular = TestMatrices.WithSpectrum<double>(8, 8, 3, 1, 0.5, 0.25).A;
        var algebra = new FallbackLinearAlgebra(TestProviders.Managed);
        RequireClose(TestProviders.Managed.PolarFactor(singular.View).Elements, algebra.PolarFactor(singular.View).Elements, 0);
        Assert.Contains("Newton-Schulz iteration for the polar factor of a 8 x 8 matrix did not converge", Assert.Single(algebra.Fallbacks), StringComparison.Ordinal);

        var regular = new FallbackLinearAlgebra(TestProviders.Managed);
        _ = regular.PolarFactor(TestMatrices.Gaussian<double>(8, 5, seed: 4).View);
        _ = regular.PolarFactor(Matrix.Zero<double>(8, 5).View);
        Assert.Empty(regular.Fallbacks);
    }

    private static void RequireSame(ThinSvd<double> expected, ThinSvd<double> actual)
    {
        RequireClose(expected.SingularValues.Span, actual.SingularValues.Span, Tolerance);
        RequireClose(expected.U.Elements, actual.U.Elements, 10 * Tolerance);
        RequireClose(expected.Vt.Elements, actual.Vt.Elements, 10 * Tolerance);
    }

    private static void RequireClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.Equal(expected[index], actual[index], tolerance);
        }
    }
}
