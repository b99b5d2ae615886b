using System.Numerics;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.NullTests;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>A decomposition over iterations that give up is that of others, and says so.</summary>
public class ConvergenceTests
{
    [Theory]
    [InlineData(DecompositionMode.Sweep)]
    [InlineData(DecompositionMode.Product)]
    [InlineData(DecompositionMode.Mean)]
    public void Every_mode_falls_back_and_says_so(DecompositionMode mode)
    {
        Matrix<double>[] vectors = [.. PlantedVectors<double>.Create(3, 3, 20, 12, 2, 2, isOrthogonal: true).Vectors];
        var options = SubspaceOptions.Default with { Mode = mode, Tau = 0.85, Rank = new FixedRank(4), NullDraws = 20 };
        MatrixDecomposition<double> expected = new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors);
        MatrixDecomposition<double> actual = new MatrixDecomposer(new RefusingProvider(), options).Decompose(vectors);

        Assert.Empty(expected.Fallbacks);
        Assert.Equal(2, actual.Columns!.Dimension);
        Assert.Equal(expected.Shared(vectors[0].View).Elements.ToArray(), actual.Shared(vectors[0].View).Elements.ToArray());
        Assert.Contains("The singular value decomposition of a 20 x 12 matrix did not converge with refusing; managed computed it in F64.", actual.Fallbacks);

        // The product needs no symmetric problem, and chance stays so far below the cut of the mean that its spectra are never computed.
        Assert.Equal(mode == DecompositionMode.Sweep, actual.Fallbacks.Any(sentence => sentence.StartsWith("Null test: The ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Spectra_of_chance_fall_back_and_say_so()
    {
        NullSpectra expected = new NullTest(TestProviders.Managed, 3, 10).Of(DecompositionMode.Mean, 20, [4, 4, 4], default);
        NullSpectra actual = new NullTest(new RefusingProvider(), 3, 10).Of(DecompositionMode.Mean, 20, [4, 4, 4], default);
        Assert.Empty(expected.Fallbacks);
        Assert.Equal(expected.Draws, actual.Draws);
        Assert.StartsWith("Null test: The ", Assert.Single(actual.Fallbacks), StringComparison.Ordinal);
    }

    [Fact]
    public void Eigenvectors_of_a_product_are_computed_in_other_coordinates_and_turned_back()
    {
        Matrix<double> matrix = TestMatrices.Gaussian<double>(6, 6, seed: 5);
        GeneralEigen expected = GeneralEigen.Compute(matrix, TestProviders.Managed);
        Assert.Null(expected.Fallback);
        int attempts = 0;
        GeneralEigen actual = GeneralEigen.Compute(matrix, TestProviders.Managed, turned => ++attempts <= 2 ? throw Refusal : GeneralEigen.Solve(turned));

        Assert.Equal(3, attempts);
        Assert.Contains("of a 6 x 6 matrix (product) did not converge", actual.Fallback, StringComparison.Ordinal);
        Complex[] values = [.. expected.Values.OrderBy(value => value.Real).ThenBy(value => value.Imaginary)];
        Assert.All(values.Zip(actual.Values.OrderBy(value => value.Real).ThenBy(value => value.Imaginary)), pair => Assert.Equal(0, Complex.Abs(pair.First - pair.Second), 1e-12));

        // N v = lambda v for the real ones; (a, b) of a pair obey N a = x a - y b and N b = y a + x b.
        double[] image = TestMatrices.Product(matrix.View, actual.Vectors.View).Elements.ToArray();
        for (int column = 0; column < 6; column++)
        {
            (double x, double y) = (actual.Values[column].Real, actual.Values[column].Imaginary);
            int partner = y > 0 ? column + 1 : y < 0 ? column - 1 : column;
            for (int row = 0; row < 6; row++)
            {
                double wanted = (x * actual.Vectors[row, column]) - (y * actual.Vectors[row, partner]);
                Assert.Equal(wanted, image[(row * 6) + column], 1e-12);
            }
        }

        _ = Assert.Throws<ConvergenceException>(() => GeneralEigen.Compute(matrix, TestProviders.Managed, _ => throw Refusal));
    }

    private static ConvergenceException Refusal => new("GeneralEigen", "refusing", 6, 6);
}
