using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class PolarFactorTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Property(MaxTest = 40)]
    public void The_matrix_is_its_polar_factor_times_a_symmetric_semidefinite_one(PositiveInt m, PositiveInt n, int seed)
    {
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            // In F64 a random square matrix is never singular to working precision. The iteration may stop 16 n spacings from
            // orthogonal (4e-13 and 2e-4 at n = 100); what is seen is 1e-14.
            CheckPolar(provider, Gaussian<double>(m.Get, n.Get, seed), 1e-12);
            CheckPolar(provider, Gaussian<float>((2 * m.Get) + 3, m.Get, seed), 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_iteration_and_the_exact_decomposition_agree(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        (Matrix<double> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<double>(60, 40, 2, [.. Enumerable.Range(1, 40).Select(i => 1.0 / i)]);
        Matrix<double> iterated = Assert.IsType<Matrix<double>>(NewtonSchulz.TryPolarFactor(provider, a.View, CancellationToken.None));
        Assert.True(Distance(iterated.View, Product(u.View, v.Transpose()).View) < 1e-11);
        Assert.True(Distance(provider.PolarFactor(a.View).View, Product(u.View, v.Transpose()).View) < 1e-11);
        Assert.True(Distance(provider.PolarFactor(a.Transpose()).View, Product(v.View, u.Transpose()).View) < 1e-11);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_rank_deficient_matrix_has_the_partial_isometry_over_its_range(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        (Matrix<double> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<double>(30, 30, 3, 5, 1, 0.2);
        Assert.Null(NewtonSchulz.TryPolarFactor(provider, a.View, CancellationToken.None));
        Assert.True(Distance(provider.PolarFactor(a.View).View, Product(u.View, v.Transpose()).View) < 1e-11);

        (Matrix<double> tall, Matrix<double> tallU, Matrix<double> tallV) = WithSpectrum<double>(90, 30, 3, 5, 1, 0.2);
        Assert.True(Distance(provider.PolarFactor(tall.View).View, Product(tallU.View, tallV.Transpose()).View) < 1e-11);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_polar_factor_of_an_orthogonal_matrix_is_itself(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<double> q = provider.ThinQr(Gaussian<double>(25, 25, 4).View).Q;
        Assert.True(Distance(provider.PolarFactor(q.View).View, q.View) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Zero_and_empty_matrices_stay_what_they_are(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Equal(new float[12], provider.PolarFactor(Matrix.Zero<float>(3, 4).View).Elements.ToArray());
        foreach ((int rows, int columns) in new[] { (0, 4), (4, 0), (0, 0) })
        {
            Matrix<float> factor = provider.PolarFactor(Matrix.Zero<float>(rows, columns).View);
            Assert.Equal((rows, columns), (factor.Rows, factor.Columns));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_vector_becomes_a_unit_vector_at_any_scale(string name)
    {
        foreach (float scale in new[] { 1e-38f, 1f, 1e37f })
        {
            Matrix<float> unit = TestProviders.Named(name).PolarFactor(From(2, 1, 3 * scale, -4 * scale).View);
            Assert.Equal(0.6f, unit[0, 0], 1e-6f);
            Assert.Equal(-0.8f, unit[1, 0], 1e-6f);
        }
    }

    private static void CheckPolar<T>(ILinearAlgebraProvider provider, Matrix<T> a, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string where = $"{provider.Name} {typeof(T).Name} {a}";
        Matrix<T> p = provider.PolarFactor(a.View);
        bool isWide = a.Rows < a.Columns;
        Matrix<T> tallP = isWide ? p.Transpose().ToMatrix() : p;
        Matrix<T> tallA = isWide ? a.Transpose().ToMatrix() : a;
        Assert.True(OrthonormalityError(tallP) <= tolerance, where);
        Matrix<double> h = Product(tallP.Transpose(), tallA.View);
        double norm = Norm(a.View);
        Assert.True(Distance(h.View, h.Transpose()) <= tolerance * norm, where);
        Assert.True(Distance(Product(tallP.View.ToMatrix<double>().View, h.View).View, tallA.View) <= tolerance * norm, where);
        Matrix<double> symmetric = Product(h.View, Matrix.Identity<double>(h.Rows).View);
        for (int i = 0; i < h.Rows; i++)
        {
            for (int j = 0; j < h.Rows; j++)
            {
                symmetric.Target[i, j] = (h[i, j] + h[j, i]) / 2;
            }
        }

        Assert.True(provider.SymmetricEigen(symmetric.View).Values.Span[^1] >= -tolerance * norm, where);
    }
}
