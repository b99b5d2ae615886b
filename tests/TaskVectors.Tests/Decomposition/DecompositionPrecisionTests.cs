using TaskVectors.Decomposition;
using TaskVectors.Decomposition.NullTests;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>Fast bases against exact ones, and random numbers against their distributions.</summary>
public class DecompositionPrecisionTests
{
    public static TheoryData<string> Providers => TestProviders.Names;

    [Theory]
    [MemberData(nameof(Providers))]
    public void Fast_bases_give_the_parts_that_exact_ones_give(string name)
    {
        ILinearAlgebraProvider provider = TestProviders.Named(name);
        foreach (DecompositionSides sides in new[] { DecompositionSides.Column, DecompositionSides.Row, DecompositionSides.Both })
        {
            Matrix<float>[] vectors = [.. Enumerable.Range(0, 3).Select(task => Planted(150, 132, task))];
            var options = new SubspaceOptions { Mode = DecompositionMode.Mean, Rank = new FractionRank(0.2), Sides = sides, NullDraws = 10 };
            MatrixDecomposition<float> fast = new MatrixDecomposer(provider, options).Decompose(vectors);
            MatrixDecomposition<float> exact = new MatrixDecomposer(provider, options with { Precision = SpectralPrecision.Exact }).Decompose(vectors);
            Assert.Equal(exact.Ranks, fast.Ranks);
            Assert.Equal((exact.Columns?.Dimension, exact.Rows?.Dimension), (fast.Columns?.Dimension, fast.Rows?.Dimension));
            foreach (Matrix<float> vector in vectors)
            {
                (Matrix<float> shared, Matrix<float> unique) = fast.Split(vector.View);
                Matrix<float> expected = exact.Shared(vector.View);
                Assert.NotEqual(0, TestMatrices.Norm<float>(expected.View));
                Assert.True(TestMatrices.Distance<float, float>(shared.View, expected.View) <= 1e-3 * TestMatrices.Norm<float>(expected.View));

                // Z is orthonormal to F64, whatever became of the bases: the parts are orthogonal up to rounding in F32.
                double inner = shared.Elements.ToArray().Zip(unique.Elements.ToArray(), (left, right) => (double)left * right).Sum();
                Assert.True(Math.Abs(inner) <= 1e-5 * TestMatrices.Norm<float>(shared.View) * TestMatrices.Norm<float>(unique.View));
            }
        }
    }

    [Theory]
    [InlineData(600, 130)]
    [InlineData(530, 150)]
    public void Means_of_large_order_in_F32_have_the_eigenvalues_and_vectors_of_F64(int dimension, int rank)
    {
        // D = 520 below d takes S^T S, D = 600 above it S S^T.
        Matrix<double>[] bases = [.. Enumerable.Range(0, 4).Select(task => Leaning(dimension, rank, task))];
        SharedSpectrum single = SharedSpectra.Compute(DecompositionMode.Mean, bases, TestProviders.Managed, default, SpectralPrecision.Fast);
        SharedSpectrum exact = SharedSpectra.Compute(DecompositionMode.Mean, bases, TestProviders.Managed, default);
        _ = Assert.IsType<MeanSpectrum<float>>(single);
        Assert.All(single.Values.Zip(exact.Values), pair => Assert.Equal(pair.Second, pair.First, 5e-6));
        Assert.True(TestMatrices.ProjectorDistance<double, double>(single.Basis(5).View, exact.Basis(5).View) <= 1e-5);
        Assert.True(TestMatrices.OrthonormalityError(single.Basis(5)) <= 1e-10);
    }

    [Theory]
    [InlineData("energy:0.8")]
    [InlineData("rank:12")]
    [InlineData("fraction:0.1")]
    public void Rank_rules_choose_the_same_rank_from_fast_values(string rule)
    {
        Matrix<float>[] vectors = [.. Enumerable.Range(0, 2).Select(task => Planted(140, 200, task))];
        var options = new SubspaceOptions { Rank = RankRule.Parse(rule), NullTest = false };
        Assert.Equal(
            new MatrixDecomposer(TestProviders.Managed, options with { Precision = SpectralPrecision.Exact }).Decompose(vectors).Ranks,
            new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors).Ranks);
    }

    [Fact]
    public void A_basis_larger_than_the_likely_one_has_all_its_directions()
    {
        // Three copies of one space: everything is shared, more than an eighth of the order.
        Matrix<double> basis = TestProviders.Managed.ThinQr(TestMatrices.Gaussian<double>(60, 20, 3).View).Q;
        var spectrum = MeanSpectrum<double>.Compute([basis, basis, basis], TestProviders.Managed, default);
        Assert.True(TestMatrices.ProjectorDistance<double, double>(spectrum.Basis(20).View, basis.View) <= 1e-12);
    }

    [Fact]
    public void Values_alone_are_those_of_the_spectrum_in_either_precision()
    {
        IReadOnlyList<Matrix<double>> bases = RandomSubspaces.Draw<double>(80, [20, 25, 30], new PhiloxKey(5), TestProviders.Managed, default);
        IReadOnlyList<double> expected = MeanSpectrum<double>.Compute(bases, TestProviders.Managed, default).Values;
        Assert.All(MeanSpectrum.ValuesOf(bases, TestProviders.Managed, default).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-12));

        // The same draw in F32, whose spacing is 1e-7.
        IReadOnlyList<Matrix<float>> single = RandomSubspaces.Draw<float>(80, [20, 25, 30], new PhiloxKey(5), TestProviders.Managed, default);
        Assert.All(MeanSpectrum.ValuesOf(single, TestProviders.Managed, default).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(500)]
    public void A_norm_of_normal_numbers_has_the_moments_of_its_distribution(int count)
    {
        // Squared norms are chi-squared: mean n, variance 2 n. The standard error of 20000 draws is (2 n / 20000)^(1/2) for the mean, about 2 n
        // (10 / 20000)^(1/2) or less for the variance; five of them are allowed.
        const int Draws = 20000;
        var numbers = new NormalNumbers(new PhiloxKey(17));
        double[] squares = [.. Enumerable.Range(0, Draws).Select(_ => Math.Pow(numbers.NextNorm(count), 2))];
        double mean = squares.Average();
        double variance = squares.Average(value => (value - mean) * (value - mean));
        Assert.Equal(count, mean, 5 * Math.Sqrt(2.0 * count / Draws));
        Assert.Equal(2 * count, variance, 5 * 2 * count * Math.Sqrt((2 + (12.0 / count)) / Draws));
    }

    /// <summary>A basis of five directions that all tasks have nearly, and of others at random.</summary>
    private static Matrix<double> Leaning(int dimension, int rank, int task)
    {
        Matrix<double> random = TestMatrices.Gaussian<double>(dimension, rank, 90 + task);
        Matrix<double> common = TestMatrices.Gaussian<double>(dimension, 5, 89);
        double[] values = [.. Enumerable.Range(0, dimension * rank).Select(index => random.Elements[index] + (index % rank < 5 ? 3 * common.Elements[(index / rank * 5) + (index % rank)] : 0))];
        return TestProviders.Managed.ThinQr(Matrix.Wrap(values, dimension, rank).View).Q;
    }

    /// <summary>Five strong directions, on both sides, common to all, five of each task's own, and noise.</summary>
    private static Matrix<float> Planted(int rows, int columns, int task)
    {
        Matrix<double> common = TestMatrices.Gaussian<double>(rows, 5, 1);
        Matrix<double> own = TestMatrices.Gaussian<double>(rows, 5, 10 + task);
        Matrix<double> mixed = TestMatrices.Product<double>(common.View, TestMatrices.Gaussian<double>(5, 5, 20 + task).View);
        Matrix<double> left = TestMatrices.Product<double>(mixed.View, TestMatrices.Gaussian<double>(5, columns, 2).View);
        Matrix<double> right = TestMatrices.Product<double>(own.View, TestMatrices.Gaussian<double>(5, columns, 30 + task).View);
        Matrix<double> noise = TestMatrices.Gaussian<double>(rows, columns, 40 + task);
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(index => (float)(left.Elements[index] + right.Elements[index] + noise.Elements[index]))];
        return Matrix.Wrap(values, rows, columns);
    }
}
