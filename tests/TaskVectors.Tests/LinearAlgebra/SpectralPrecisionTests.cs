using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

/// <summary>What Gram matrices give against complete decompositions in F64.</summary>
public class SpectralPrecisionTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void Leading_triplets_of_a_noisy_low_rank_matrix_agree_with_the_complete_decomposition(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int rows, int columns) in new[] { (130, 130), (130, 180), (180, 130) })
        {
            Matrix<float> a = Spiked<float>(rows, columns, 4);
            LeadingSvd<float>? leading = GramSvd.TryLeading(provider, a.View, _ => 30, 30, default);
            ThinSvd<float> triplets = leading!.Triplets(provider, a.View, default);
            ThinSvd<double> exact = provider.ThinSvd(a.View.ToMatrix<double>().View);

            // 30 is in the noise, where gaps between values are some hundredths: rounding of 1e-6 of the largest square turns vectors by some 1e-4.
            Assert.Equal(30, triplets.Count);
            Assert.All(triplets.SingularValues.ToArray().Zip(exact.SingularValues.ToArray()), pair => Assert.Equal(1, pair.First / pair.Second, 1e-4));
            Assert.True(ProjectorDistance<float, double>(triplets.U.View, exact.U.FirstColumns(30)) <= 1e-3);
            Assert.True(ProjectorDistance<float, double>(triplets.Vt.Transpose(), exact.Vt.FirstRows(30).Transpose()) <= 1e-3);
            Assert.Equal(exact.SingularValues.Length, leading.Values.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void What_F32_loses_by_squaring_F64_finds(string name)
    {
        // The square of the weakest, 1e-8, is less than a spacing of F32 beside 1.
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        double[] values = [1, 0.5, 0.1, 0.01, 1e-3, 3e-4, 1e-4];
        (Matrix<float> a, Matrix<double> u, _) = WithSpectrum<float>(150, 140, 5, values);
        LeadingSvd<float>? leading = GramSvd.TryLeading(provider, a.View, _ => 7, 7, default);
        Assert.Equal(7, leading!.Count);
        Assert.All(leading.Values.Zip(values), pair => Assert.Equal(1, pair.First / pair.Second, 1e-3));
        Assert.True(ProjectorDistance<float, double>(leading.Left(provider, a.View, default).View, u.View) <= 3e-3);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Directions_that_are_rounding_error_are_not_counted(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        (Matrix<float> a, _, _) = WithSpectrum<float>(150, 140, 6, 3, 2, 1);
        Assert.Equal(3, GramSvd.TryLeading(provider, a.View, _ => 20, 20, default)!.Count);
    }

    [Fact]
    public void What_Gram_matrices_cannot_tell_is_left_to_the_complete_decomposition()
    {
        (Matrix<double> a, _, _) = WithSpectrum<double>(140, 140, 7, 1, 1e-9);
        Assert.Null(GramSvd.TryLeading(TestProviders.Managed, a.View, _ => 2, 2, default));
        Assert.Null(GramSvd.TryLeading(TestProviders.Managed, Gaussian<float>(127, 300, 8).View, _ => 2, 2, default));
        Assert.Null(GramSvd.TryLeading(TestProviders.Managed, Matrix.Zero<float>(140, 140).View, _ => 2, 2, default));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_fast_polar_factor_agrees_with_the_exact_one(string name)
    {
        // Square noise has directions down to a thousandth of the largest: those below a hundredth go the second way.
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach ((int rows, int columns) in new[] { (150, 150), (140, 200), (200, 140) })
        {
            Matrix<float> a = Spiked<float>(rows, columns, 9);
            Matrix<double> exact = provider.PolarFactor(a.View.ToMatrix<double>().View);
            Matrix<float>? fast = GramPolar.TryPolarFactor(provider, a.View, default);
            Assert.True(Distance<float, double>(fast!.View, exact.View) <= 1e-3 * Norm<double>(exact.View));
            Assert.Equal(fast.Elements.ToArray(), provider.PolarFactor(a.View, SpectralPrecision.Fast).Elements.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Weak_directions_get_their_part_of_the_polar_factor(string name)
    {
        // A third of the values lies between a hundredth and three ten-thousandths of the largest; their squares in F32 would be off by all they are.
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        double[] values = [.. Enumerable.Range(0, 130).Select(index => index < 100 ? 1 - (index / 200.0) : 9e-3 * Math.Pow(0.03, (index - 100) / 29.0))];
        (Matrix<float> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<float>(130, 130, 10, values);
        Matrix<double> exact = Product<double>(u.View, v.Transpose());
        Assert.True(Distance<float, double>(GramPolar.TryPolarFactor(provider, a.View, default)!.View, exact.View) <= 1e-3 * Norm<double>(exact.View));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Singular_matrices_have_the_polar_factor_of_the_exact_way(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        (Matrix<float> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<float>(140, 135, 11, 3, 2, 1);
        Assert.Null(GramPolar.TryPolarFactor(provider, a.View, default));
        Matrix<double> exact = Product<double>(u.View, v.Transpose());
        Assert.True(Distance<float, double>(provider.PolarFactor(a.View, SpectralPrecision.Fast).View, exact.View) <= 1e-5);
    }

    /// <summary>Ten directions that stand out of noise.</summary>
    private static Matrix<T> Spiked<T>(int rows, int columns, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double edge = Math.Sqrt(rows) + Math.Sqrt(columns);
        (Matrix<double> low, _, _) = WithSpectrum<double>(rows, columns, seed, [.. Enumerable.Range(0, 10).Select(index => edge * (4 - (0.3 * index)))]);
        Matrix<double> noise = Gaussian<double>(rows, columns, seed + 2);
        return Matrix.Wrap([.. low.Elements.ToArray().Zip(noise.Elements.ToArray(), (left, right) => T.CreateTruncating(left + right))], rows, columns);
    }
}
