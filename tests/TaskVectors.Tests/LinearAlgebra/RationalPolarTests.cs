using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>Polar factors from inverses, against complete decompositions in F64. Implementations without inverses say no.</summary>
public class RationalPolarTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void Noise_with_strong_directions_has_the_exact_polar_factor_to_a_thousandth(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int rows, int columns) in new[] { (150, 150), (140, 300), (300, 140) })
        {
            Matrix<float> a = Gaussian<float>(rows, columns, 9);
            a.Target[3, 5] += 200;
            RequireExact(provider, a, 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_bytes_are_the_same_every_time(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Matrix<float> a = Gaussian<float>(150, 150, 11);
        Assert.Equal(Try(provider, a)?.Elements.ToArray(), Try(provider, a)?.Elements.ToArray());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Directions_of_any_strength_count_alike(string name)
    {
        // Six of them far below the others, down to 1.6e-5 of the largest.
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        double[] few = [.. Enumerable.Range(0, 160).Select(index => index < 154 ? 1 - (index / 170.0) : Math.Pow(10, (153 - index) * 0.8))];
        RequireExact(provider, WithSpectrum<float>(160, 160, 12, few).A, 1e-3);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_direction_that_elimination_loses_is_found_again_with_its_sign(string name)
    {
        // 1e-7 of the largest, with 2e-8 the least that the rounding of elements leaves a sign.
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        double[] values = [.. Enumerable.Range(0, 160).Select(index => index < 159 ? 1 - (index / 170.0) : 1e-7)];
        for (int seed = 20; seed < 24; seed++)
        {
            RequireExact(provider, WithSpectrum<float>(160, 160, seed, values).A, 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Singular_small_and_zero_matrices_are_left_to_others(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Null(Try(provider, WithSpectrum<float>(140, 140, 13, 3, 2, 1).A));
        Assert.Null(Try(provider, WithSpectrum<float>(140, 150, 14, 3, 2, 1).A));
        Assert.Null(Try(provider, Gaussian<float>(127, 127, 15)));
        Assert.Null(Try(provider, Matrix.Zero<float>(140, 140)));
        Assert.Null(Try(TestProviders.Managed, Gaussian<float>(140, 140, 16)));
    }

    [Fact]
    public void In_place_inverses_times_their_matrices_are_the_identity()
    {
        foreach (IInPlaceAlgebra algebra in TestProviders.All.Select(provider => provider.InPlace).OfType<IInPlaceAlgebra>())
        {
            Matrix<float> a = Gaussian<float>(230, 230, 17);
            float[] inverse = a.Elements.ToArray();
            Assert.True(algebra.TryInvert(new MatrixSpan<float>(inverse, 230, 230), out double meanLogarithm));
            Assert.True(Distance<double, double>(Product<float>(a.View, Matrix.Wrap(inverse, 230, 230).View).View, Matrix.Identity<double>(230).View) < 1e-2);
            double[] values = TestProviders.Managed.ThinSvd(a.View.ToMatrix<double>().View).SingularValues.ToArray();
            Assert.Equal(values.Average(Math.Log), meanLogarithm, 1e-4);

            float[] positive = new float[230 * 230];
            algebra.GramUpper(a.View, new MatrixSpan<float>(positive, 230, 230));
            for (int index = 0; index < 230; index++)
            {
                positive[index * 231] += 20;
            }

            float[] inverted = [.. positive];
            Assert.True(algebra.TryInvertPositive(new MatrixSpan<float>(inverted, 230, 230), out meanLogarithm));
            MatrixLayout.MirrorUpper(new MatrixSpan<float>(positive, 230, 230));
            MatrixLayout.MirrorUpper(new MatrixSpan<float>(inverted, 230, 230));
            Assert.True(Distance<double, double>(Product<float>(Matrix.Wrap(positive, 230, 230).View, Matrix.Wrap(inverted, 230, 230).View).View, Matrix.Identity<double>(230).View) < 1e-3);
            Assert.Equal(values.Average(value => Math.Log((value * value) + 20) / 2), meanLogarithm, 1e-4);
            Assert.False(algebra.TryInvert(new MatrixSpan<float>(new float[16], 4, 4), out _));
            Assert.False(algebra.TryInvertPositive(new MatrixSpan<float>([-1, 0, 0, 1], 2, 2), out _));
        }
    }

    [Fact]
    public void Few_poles_make_an_inverse_root_whose_error_equioscillates()
    {
        foreach ((double largest, int poles) in new[] { (4.0, 2), (121.0, 4), (1e4, 6) })
        {
            InverseRoot root = InverseRoot.Find(1, largest, 3e-4, 8)!;
            double[] errors = [.. Enumerable.Range(0, 1001).Select(step => Math.Pow(largest, step / 1000.0)).Select(value => (root.At(value) * Math.Sqrt(value)) - 1)];
            Assert.Equal(poles, root.Count);
            Assert.InRange(errors.Max(), 0, 1.01 * root.Error);
            Assert.InRange(errors.Min(), -1.01 * root.Error, 0);
            Assert.True(errors.Max() > 0.98 * root.Error && errors.Min() < -0.98 * root.Error);
        }

        Assert.Null(InverseRoot.Find(1, 1e8, 3e-4, 6));
    }

    [Fact]
    public void Elliptic_functions_have_their_values_at_half_the_quarter_period()
    {
        // Abramowitz and Stegun, 16.5: with k'^2 = 1 - m, sn = (1 + k')^(-1/2), cn = (k' / (1 + k'))^(1/2), dn = k'^(1/2); and 17.3: K(1/2).
        Assert.Equal(1.8540746773013719, EllipticFunctions.QuarterPeriod(0.5), 1e-14);
        foreach (double parameter in new[] { 0.0, 0.3, 0.99, 1 - 1e-8 })
        {
            double rest = Math.Sqrt(1 - parameter);
            (double sn, double cn, double dn) = EllipticFunctions.Evaluate(EllipticFunctions.QuarterPeriod(parameter) / 2, parameter);
            Assert.Equal(1 / Math.Sqrt(1 + rest), sn, 1e-9);
            Assert.Equal(Math.Sqrt(rest / (1 + rest)), cn, 1e-9);
            Assert.Equal(Math.Sqrt(rest), dn, 1e-7);
        }
    }

    private static void RequireExact(ILinearAlgebraProvider provider, Matrix<float> a, double tolerance)
    {
        Matrix<float>? factor = Try(provider, a);
        Assert.Equal(provider.InPlace is null, factor is null);
        if (factor is not null)
        {
            Matrix<double> exact = provider.PolarFactor(a.View.ToMatrix<double>().View);
            Assert.True(Distance<float, double>(factor.View, exact.View) <= tolerance * Norm<double>(exact.View));
        }
    }

    private static Matrix<float>? Try(ILinearAlgebraProvider provider, Matrix<float> a)
    {
        float[] factor = new float[a.Rows * a.Columns];
        return RationalPolar.TryPolarFactor(provider, a.View, new MatrixSpan<float>(factor, a.Rows, a.Columns), CancellationToken.None)
            ? Matrix.Wrap(factor, a.Rows, a.Columns)
            : null;
    }
}
