using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.LinearAlgebra;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class QrTests
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
    public void Matrices_of_several_panels_factor_as_well(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int m, int n) in new[] { (32, 32), (33, 33), (300, 65), (64, 200), (130, 129) })
        {
            CheckFactors(provider, Gaussian<float>(m, n, 1).View);
            CheckFactors(provider, Gaussian<double>(m, n, 1).View);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Q_is_orthonormal_even_where_the_matrix_has_no_full_rank(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        CheckFactors(provider, Matrix.Zero<double>(7, 4).View);
        CheckFactors(provider, WithSpectrum<double>(50, 40, 1, 3, 2, 1).A.View);
        CheckFactors(provider, Matrix.Wrap(Enumerable.Repeat(1.0, 60).ToArray(), 10, 6).View);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Numbers_near_the_ends_of_the_range_are_no_trouble(string name)
    {
        foreach (double scale in new[] { 1e-300, 1e300 })
        {
            double[] elements = Array.ConvertAll(Gaussian<double>(20, 10, 3).Elements.ToArray(), value => value * scale);
            ThinQr<double> qr = TestProviders.Named(name).ThinQr(Matrix.Wrap(elements, 20, 10).View);
            Matrix<double> r = Matrix.Wrap(Array.ConvertAll(qr.R.Elements.ToArray(), value => value / scale), 10, 10);
            Assert.True(OrthonormalityError(qr.Q) < 1e-13);
            Assert.True(Distance(Product(qr.Q.View, r.View).View, Gaussian<double>(20, 10, 3).View) < 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_factors_of_a_known_matrix_are_the_known_ones(string name)
    {
        // 3-4-5: the first column is 5 times (0.6, 0.8).
        ThinQr<double> qr = TestProviders.Named(name).ThinQr(From(2, 2, 3.0, 1, 4, 2).View);
        Assert.True(Distance(qr.Q.View, From(2, 2, 0.6, -0.8, 0.8, 0.6).View) < 1e-14);
        Assert.True(Distance(qr.R.View, From(2, 2, 5, 2.2, 0, 0.4).View) < 1e-14);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Empty_matrices_have_empty_factors(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        ThinQr<float> noRows = provider.ThinQr(Matrix.Zero<float>(0, 5).View);
        Assert.Equal((0, 0, 0, 5), (noRows.Q.Rows, noRows.Q.Columns, noRows.R.Rows, noRows.R.Columns));
        ThinQr<float> noColumns = provider.ThinQr(Matrix.Zero<float>(5, 0).View);
        Assert.Equal((5, 0, 0, 0), (noColumns.Q.Rows, noColumns.Q.Columns, noColumns.R.Rows, noColumns.R.Columns));
    }

    private static void CheckFactors<T>(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<T> a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThinQr<T> qr = provider.ThinQr(a);
        int rank = Math.Min(a.Rows, a.Columns);
        double rounding = Rounding<T>(a.Rows, a.Columns);
        string where = $"{provider.Name} {typeof(T).Name} {a.Rows} x {a.Columns}";
        Assert.Equal((a.Rows, rank, rank, a.Columns), (qr.Q.Rows, qr.Q.Columns, qr.R.Rows, qr.R.Columns));
        Assert.True(OrthonormalityError(qr.Q) <= rounding, where);
        Assert.True(Distance(Product(qr.Q.View, qr.R.View).View, a) <= rounding * Norm(a), where);
        for (int i = 0; i < rank; i++)
        {
            Assert.True(qr.R[i, i] >= T.Zero, where);
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(T.Zero, qr.R[i, j]);
            }
        }
    }
}
