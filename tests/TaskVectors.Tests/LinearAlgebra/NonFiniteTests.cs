using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.Tests.LinearAlgebra;

public class NonFiniteTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void Every_decomposition_refuses_NaN_and_infinity_and_says_where(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] elements = TestMatrices.Gaussian<float>(5, 5, 1).Elements.ToArray();
            elements[(3 * 5) + 1] = bad;
            Matrix<float> matrix = Matrix.Wrap(elements, 5, 5);
            Check("ThinQr", () => provider.ThinQr(matrix.View));
            Check("ThinSvd", () => provider.ThinSvd(matrix.View));
            Check("SymmetricEigen", () => provider.SymmetricEigen(matrix.View));
            Check("TruncatedSvd", () => provider.TruncatedSvd(matrix.View, 2));
            Check("PolarFactor", () => provider.PolarFactor(matrix.View));
            Check("ThinSvd", () => provider.OrthonormalBasis(matrix.View));
        }
    }

    [Fact]
    public void The_position_is_that_of_the_matrix_as_seen()
    {
        float[] elements = new float[6];
        elements[5] = float.NaN;
        NonFiniteMatrixException error = Assert.Throws<NonFiniteMatrixException>(
            () => TestProviders.Managed.ThinSvd(Matrix.Wrap(elements, 2, 3).Transpose()));
        Assert.Equal((2, 1), (error.Row, error.Column));
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Fact]
    public void What_lies_between_the_rows_may_be_anything()
    {
        double[] elements = [1, 0, double.NaN, 0, 2, double.NaN];
        ThinSvd<double> svd = TestProviders.Managed.ThinSvd(new ReadOnlyMatrixSpan<double>(elements, 2, 2, 3));
        Assert.Equal([2.0, 1.0], svd.SingularValues.ToArray());
    }

    private static void Check(string operation, Action action)
    {
        NonFiniteMatrixException error = Assert.Throws<NonFiniteMatrixException>(action);
        Assert.Equal((operation, 3, 1), (error.Operation, error.Row, error.Column));
        Assert.Contains("row 3, column 1", error.Message, StringComparison.Ordinal);
    }
}
