using System.Numerics;
using System.Runtime.InteropServices;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;
using static TaskVectors.Tests.LinearAlgebra.TestMatrices;

namespace TaskVectors.Tests.LinearAlgebra;

public class TruncatedSvdTests
{
    private static readonly TruncatedSvdOptions Randomized = new() { Method = TruncatedSvdMethod.Randomized, Seed = 11 };

    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_planted_low_rank_matrix_is_recovered_in_one_pass(string name)
    {
        (Matrix<double> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<double>(150, 110, 1, 8, 4, 2, 1);
        TruncatedSvd<double> svd = TestProviders.Named(name).TruncatedSvd(a.View, 4, Randomized with { Tolerance = 1e-12 });
        Assert.Equal(TruncatedSvdMethod.Randomized, svd.Method);
        Assert.Equal(1, svd.Passes);
        Assert.True(ProjectorDistance(svd.Factors.U.View, u.View) < 1e-11);
        Assert.True(ProjectorDistance(svd.Factors.Vt.Transpose(), v.View) < 1e-11);
        Assert.Equal([8.0, 4, 2, 1], svd.Factors.SingularValues.ToArray().Select(value => Math.Round(value, 11)));
        Assert.True(svd.TruncationError < 1e-6);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_backward_error_it_states_is_true_and_within_the_tolerance(string name)
    {
        foreach (double decay in new[] { 0.5, 1, 2 })
        {
            Matrix<float> a = WithSpectrum<float>(120, 90, 3, [.. Enumerable.Range(1, 90).Select(i => Math.Pow(i, -decay))]).A;
            TruncatedSvd<float> svd = TestProviders.Named(name).TruncatedSvd(a.View, 8, Randomized with { Tolerance = 1e-3, MaxPasses = 60 });
            Matrix<double> us = ScaleColumns(svd.Factors.U, svd.Factors.SingularValues.Span);
            double backward = Distance(Product(a.View, svd.Factors.Vt.Transpose()).View, us.View);
            double truncation = Distance(Product(us.View, svd.Factors.Vt.View.ToMatrix<double>()).View, a.View);

            // F32 rounding in the factors themselves: a few 1e-7 of the norm, which is at most 3.
            Assert.Equal(TruncatedSvdMethod.Randomized, svd.Method);
            Assert.Equal(backward, svd.BackwardError, 5e-6);
            Assert.Equal(truncation, svd.TruncationError, 1e-4);
            Assert.True(svd.BackwardError <= 1e-3 * Norm(a.View));
            Assert.True(OrthonormalityError(svd.Factors.U) < 1e-4);
            Assert.True(OrthonormalityError(svd.Factors.Vt.Transpose().ToMatrix()) < 1e-4);
            for (int i = 0; i < 8; i++)
            {
                Assert.True(Math.Abs(svd.Factors.SingularValues.Span[i] - Math.Pow(i + 1, -decay)) <= svd.BackwardError + 5e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void A_flat_spectrum_falls_back_to_the_exact_method(string name)
    {
        // No direction leads, so no number of passes converges and the sketch says so.
        Matrix<double> a = WithSpectrum<double>(80, 70, 5, [.. Enumerable.Range(0, 70).Select(i => 1 + (0.001 * (70 - i)))]).A;
        TruncatedSvd<double> svd = TestProviders.Named(name).TruncatedSvd(a.View, 5, Randomized with { Tolerance = 1e-10 });
        Assert.Equal(TruncatedSvdMethod.Exact, svd.Method);
        Assert.InRange(svd.Passes, 1, 16);
        Assert.Equal(0, svd.BackwardError);
        Assert.Equal(1.07, svd.Factors.SingularValues.Span[0], 1e-12);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Wide_and_transposed_matrices_are_treated_alike(string name)
    {
        (Matrix<double> a, Matrix<double> u, Matrix<double> v) = WithSpectrum<double>(40, 200, 6, 3, 2, 1);
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.True(ProjectorDistance(provider.TruncatedSvd(a.View, 3, Randomized).Factors.U.View, u.View) < 1e-11);
        Assert.True(ProjectorDistance(provider.TruncatedSvd(a.Transpose(), 3, Randomized).Factors.U.View, v.View) < 1e-11);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Auto_is_exact_for_small_matrices_and_randomised_for_a_low_rank_of_a_large_one(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        Assert.Equal(TruncatedSvdMethod.Exact, provider.TruncatedSvd(Gaussian<float>(30, 30, 1).View, 5).Method);
        Assert.Equal(TruncatedSvdMethod.Randomized, provider.TruncatedSvd(WithSpectrum<float>(100, 100, 1, 3, 2, 1).A.View, 3).Method);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_exact_method_is_the_thin_decomposition_cut(string name)
    {
        Matrix<double> a = Gaussian<double>(30, 20, 2);
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        ThinSvd<double> whole = provider.ThinSvd(a.View);
        TruncatedSvd<double> cut = provider.TruncatedSvd(a.View, 7, new TruncatedSvdOptions { Method = TruncatedSvdMethod.Exact });
        Assert.Equal(whole.U.FirstColumns(7).ToMatrix().Elements.ToArray(), cut.Factors.U.Elements.ToArray());
        Assert.Equal(whole.Vt.FirstRows(7).ToMatrix().Elements.ToArray(), cut.Factors.Vt.Elements.ToArray());
        double tail = Math.Sqrt(whole.SingularValues.ToArray().Skip(7).Sum(value => value * value));
        Assert.Equal(tail, cut.TruncationError, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Ranks_of_nothing_and_of_more_than_there_is_are_defined(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        TruncatedSvd<double> none = provider.TruncatedSvd(Gaussian<double>(9, 5, 1).View, 0);
        Assert.Equal((0, 9, 5), (none.Factors.Count, none.Factors.U.Rows, none.Factors.Vt.Columns));
        Assert.Equal(Norm(Gaussian<double>(9, 5, 1).View), none.TruncationError, 1e-12);
        Assert.Equal(5, provider.TruncatedSvd(Gaussian<double>(9, 5, 1).View, int.MaxValue).Factors.Count);
        Assert.Equal(0, provider.TruncatedSvd(Matrix.Zero<float>(0, 5).View, 3).Factors.Count);
        TruncatedSvd<float> zero = provider.TruncatedSvd(Matrix.Zero<float>(60, 60).View, 3, Randomized);
        Assert.Equal([0f, 0, 0], zero.Factors.SingularValues.ToArray());
        Assert.True(OrthonormalityError(zero.Factors.U) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_same_seed_gives_the_same_bytes(string name)
    {
        Matrix<float> a = Gaussian<float>(200, 80, 3);
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        TruncatedSvdOptions options = Randomized with { Tolerance = 0.2 };
        TruncatedSvd<float> first = provider.TruncatedSvd(a.View, 6, options);
        AssertSameBytes(first.Factors.U, provider.TruncatedSvd(a.View, 6, options).Factors.U);
        Assert.NotEqual(
            first.Factors.SingularValues.ToArray(), provider.TruncatedSvd(a.View, 6, options with { Seed = 12 }).Factors.SingularValues.ToArray());
    }

    [Fact]
    public void The_managed_factorisations_have_the_same_bytes_for_any_number_of_threads()
    {
        Matrix<float> a = Gaussian<float>(300, 70, 4);
        ILinearAlgebraProvider one = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, 1);
        foreach (int threads in new[] { 2, 7 })
        {
            ILinearAlgebraProvider several = LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, threads);
            AssertSameBytes(one.ThinSvd(a.View).U, several.ThinSvd(a.View).U);
            AssertSameBytes(one.ThinQr(a.View).Q, several.ThinQr(a.View).Q);
            AssertSameBytes(one.TruncatedSvd(a.View, 4, Randomized).Factors.Vt, several.TruncatedSvd(a.View, 4, Randomized).Factors.Vt);
            AssertSameBytes(one.PolarFactor(a.View), several.PolarFactor(a.View));
        }
    }

    [Fact]
    public void Numbers_whose_squares_overflow_go_to_the_exact_method()
    {
        float[] elements = Array.ConvertAll(WithSpectrum<float>(60, 50, 1, 2, 1).A.Elements.ToArray(), value => value * 1e37f);
        foreach (ILinearAlgebraProvider provider in TestProviders.All)
        {
            TruncatedSvd<float> svd = provider.TruncatedSvd(Matrix.Wrap(elements, 60, 50).View, 2, Randomized);
            Assert.Equal(TruncatedSvdMethod.Exact, svd.Method);
            Assert.Equal(2, svd.Factors.SingularValues.Span[0] / 1e37f, 1e-5);
        }
    }

    [Fact]
    public void Settings_without_meaning_are_refused()
    {
        Matrix<float> a = Matrix.Identity<float>(3);
        TruncatedSvdOptions[] meaningless = [new() { Tolerance = double.NaN }, new() { Oversampling = -1 }, new() { MaxPasses = 0 }];
        foreach (TruncatedSvdOptions options in meaningless)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => TestProviders.Managed.TruncatedSvd(a.View, 1, options));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TestProviders.Managed.TruncatedSvd(a.View, -1));
    }

    [Fact]
    public void The_random_directions_are_centred_and_of_the_variance_of_a_uniform_number()
    {
        float[] entries = RandomSketch.Create<float>(400, 250, 3).Elements.ToArray();
        Assert.All(entries, entry => Assert.InRange(Math.Abs(entry), 1e-8, 1 - 1e-8));

        // 100 000 entries: the mean has deviation 0.0018, the variance (1/3) has 0.0009; five deviations.
        Assert.Equal(0, entries.Average(entry => (double)entry), 0.009);
        Assert.Equal(1 / 3.0, entries.Average(entry => (double)entry * entry), 0.005);
    }

    private static void AssertSameBytes<T>(Matrix<T> expected, Matrix<T> actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Assert.True(MemoryMarshal.AsBytes(expected.Elements).SequenceEqual(MemoryMarshal.AsBytes(actual.Elements)));
}
