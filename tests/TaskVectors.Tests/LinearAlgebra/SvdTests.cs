using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class SvdTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Property(MaxTest = 60)]
    public void The_factors_multiply_to_the_matrix_whatever_its_shape(PositiveInt m, PositiveInt n, int seed)
    {
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            CheckFactors(provider, Gaussian<float>(m.Get, n.Get, seed).View);
            CheckFactors(provider, Gaussian<double>(m.Get, n.Get, seed).View);
            CheckFactors(provider, Gaussian<double>(m.Get, n.Get, seed).Transpose());
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Tall_wide_and_thin_matrices_are_decomposed(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int m, int n) in new[] { (1, 200), (200, 1), (1, 1), (301, 40), (40, 301), (97, 97) })
        {
            CheckFactors(provider, Gaussian<float>(m, n, 2).View);
            CheckFactors(provider, Gaussian<double>(m, n, 2).View);
            CheckFactors(provider, Gaussian<double>(m + 3, n + 2, 2).View.Slice(1, 1, m, n));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_singular_vectors_are_orthonormal_even_where_the_matrix_has_no_full_rank(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        CheckFactors(provider, Matrix.Zero<float>(6, 9).View);
        CheckFactors(provider, Matrix.Zero<double>(9, 6).View);
        CheckFactors(provider, Matrix.Identity<double>(12).View);
        CheckFactors(provider, WithSpectrum<double>(50, 40, 1, 3, 2, 1).A.View);
        CheckFactors(provider, WithSpectrum<float>(40, 50, 1, 3, 3, 3).A.View);
        CheckFactors(provider, Matrix.Wrap(Enumerable.Repeat(-1f, 60).ToArray(), 10, 6).View);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_singular_values_of_a_known_matrix_are_the_known_ones(string name)
    {
        // [[3, 0], [4, 5]] has A A^T with trace 50 and determinant 225, so s^2 = 45 and 5.
        ThinSvd<double> svd = TestProviders.Named(name).ThinSvd(From(2, 2, 3.0, 0, 4, 5).View);
        Assert.Equal(Math.Sqrt(45), svd.SingularValues.Span[0], 1e-14);
        Assert.Equal(Math.Sqrt(5), svd.SingularValues.Span[1], 1e-14);
        Assert.Equal(Math.Sqrt(0.1), svd.U[0, 0], 1e-14);
        Assert.Equal(3 * Math.Sqrt(0.1), svd.U[1, 0], 1e-14);
        Assert.Equal(3 * Math.Sqrt(0.1), svd.U[0, 1], 1e-14);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Planted_singular_values_and_spaces_are_found(string name)
    {
        double[] values = [10, 5, 2, 1, 0.1];
        (Matrix<double> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<double>(60, 35, 4, values);
        ThinSvd<double> svd = TestProviders.Named(name).ThinSvd(a.View);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], svd.SingularValues.Span[i], 1e-13);
        }

        // Rounding of size 1e-15 ||A|| turns a space by that over its gap, here 0.1.
        Assert.Equal(5, svd.NumericalRank());
        Assert.True(ProjectorDistance(svd.U.FirstColumns(5), u.View) < 1e-11);
        Assert.True(ProjectorDistance(svd.Vt.FirstRows(5).Transpose(), v.View) < 1e-11);
        Assert.True(ProjectorDistance(svd.U.FirstColumns(2), u.FirstColumns(2)) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Numbers_near_the_ends_of_the_range_are_no_trouble(string name)
    {
        foreach (double scale in new[] { 1e-300, 1e300 })
        {
            double[] elements = Array.ConvertAll(WithSpectrum<double>(20, 10, 3, 4, 3, 2, 1).A.Elements.ToArray(), value => value * scale);
            ThinSvd<double> svd = TestProviders.Named(name).ThinSvd(Matrix.Wrap(elements, 20, 10).View);
            Assert.Equal(4, svd.SingularValues.Span[0] / scale, 1e-12);
            Assert.Equal(1, svd.SingularValues.Span[3] / scale, 1e-12);
            Assert.Equal(4, svd.NumericalRank());
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Subnormal_numbers_are_decomposed_without_a_hang(string name)
    {
        ThinSvd<float> svd = TestProviders.Named(name).ThinSvd(From(2, 2, float.Epsilon, 0, 0, 2 * float.Epsilon).View);
        Assert.Equal([2 * float.Epsilon, float.Epsilon], svd.SingularValues.ToArray());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Empty_matrices_have_no_triplets(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        ThinSvd<float> noRows = provider.ThinSvd(Matrix.Zero<float>(0, 5).View);
        Assert.Equal((0, 0, 0, 0, 5), (noRows.Count, noRows.U.Rows, noRows.U.Columns, noRows.Vt.Rows, noRows.Vt.Columns));
        ThinSvd<double> noColumns = provider.ThinSvd(Matrix.Zero<double>(5, 0).View);
        Assert.Equal((0, 5, 0, 0, 0), (noColumns.Count, noColumns.U.Rows, noColumns.U.Columns, noColumns.Vt.Rows, noColumns.Vt.Columns));
        Assert.Equal(0, noColumns.NumericalRank());
    }

    [Fact]
    public void Providers_agree_on_values_and_on_signed_vectors()
    {
        (Matrix<double> a, _, _) = WithSpectrum<double>(48, 36, 8, 9, 7, 5, 3, 1);
        ThinSvd<double> reference = TestProviders.Managed.ThinSvd(a.View);
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            ThinSvd<double> svd = provider.ThinSvd(a.View);
            Assert.True(Distance(reference.U.FirstColumns(5), svd.U.FirstColumns(5)) < 1e-12);
            Assert.True(Distance(reference.Vt.FirstRows(5), svd.Vt.FirstRows(5)) < 1e-12);
            ThinSvd<float> single = provider.ThinSvd(a.View.ToMatrix<float>().View);
            Assert.True(ProjectorDistance(reference.U.FirstColumns(3), single.U.FirstColumns(3)) < 1e-5);
        }
    }

    private static void CheckFactors<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThinSvd<T> svd = provider.ThinSvd(a);
        int count = Math.Min(a.Rows, a.Columns);
        double rounding = Rounding<T>(a.Rows, a.Columns);
        string where = $"{provider.Name} {typeof(T).Name} {a.Rows} x {a.Columns}";
        Assert.Equal((count, a.Rows, count, count, a.Columns), (svd.Count, svd.U.Rows, svd.U.Columns, svd.Vt.Rows, svd.Vt.Columns));
        Assert.True(OrthonormalityError(svd.U) <= rounding, where);
        Assert.True(OrthonormalityError(svd.Vt.Transpose().ToMatrix()) <= rounding, where);
        ReadOnlySpan<T> values = svd.SingularValues.Span;
        Assert.True(Distance(Product(ScaleColumns(svd.U, values).View, svd.Vt.View.ToMatrix<double>().View).View, a) <= rounding * Norm(a), where);
        for (int i = 0; i < count; i++)
        {
            Assert.True(values[i] >= T.Zero && (i == 0 || values[i] <= values[i - 1]), where);
            Assert.True(LargestEntry(svd.U, i) > T.Zero, where);
        }
    }

    private static T LargestEntry<T>(Matrix<T> matrix, int column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T largest = T.Zero;
        for (int row = 0; row < matrix.Rows; row++)
        {
            largest = T.Abs(matrix[row, column]) > T.Abs(largest) ? matrix[row, column] : largest;
        }

        return largest;
    }
}
