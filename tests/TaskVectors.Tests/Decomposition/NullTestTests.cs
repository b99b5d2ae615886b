using TaskVectors.Decomposition;
using TaskVectors.Decomposition.NullTests;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>Random subspaces are what they should be, and what they give by chance is not called shared. Seeds are fixed: nothing here is left to chance.</summary>
public class NullTestTests
{
    [Fact]
    public void Random_subspaces_are_orthonormal_and_no_larger_than_their_joint_span()
    {
        IReadOnlyList<Matrix<double>> bases = RandomSubspaces.Draw<double>(50, [3, 4, 5], new PhiloxKey(7), TestProviders.Managed, default);
        Assert.Equal([(12, 3), (12, 4), (12, 5)], bases.Select(basis => (basis.Rows, basis.Columns)));
        Assert.All(bases, basis => Assert.True(TestMatrices.OrthonormalityError(basis) <= 1e-13));
    }

    [Fact]
    public void A_random_direction_has_a_share_of_rank_over_dimension_in_a_random_subspace()
    {
        // cos^2 between a line and a subspace of rank r in d dimensions is Beta(r/2, (d-r)/2): mean r/d = 0.2; the standard error of 400 draws is 0.003.
        double mean = Enumerable.Range(0, 400).Average(seed => SharedSpectra.Compute(
            DecompositionMode.Sweep, RandomSubspaces.Draw<double>(40, [1, 8], new PhiloxKey((ulong)seed), TestProviders.Managed, default), TestProviders.Managed, default).Values[0]);
        Assert.Equal(0.2, mean, 0.01);
    }

    [Theory]
    [InlineData(DecompositionMode.Mean, 8, 0.2)]
    [InlineData(DecompositionMode.Mean, 2, 0.3)]
    [InlineData(DecompositionMode.Mean, 3, 0.1)]
    [InlineData(DecompositionMode.Sweep, 2, 0.2)]
    [InlineData(DecompositionMode.Product, 2, 0.3)]
    public void Chance_reaches_the_edge_that_theory_gives(DecompositionMode mode, int tasks, double fraction)
    {
        // In 100 dimensions the largest eigenvalue stays within about (1/100)^(2/3) = 0.05 of the limit.
        int[] ranks = [.. Enumerable.Repeat((int)(100 * fraction), tasks)];
        NullSpectra spectra = new NullTest(TestProviders.Managed, 1, draws: 10).Of(mode, 100, ranks, default);
        Assert.Equal(ChanceLevel.UpperEdge(mode, tasks, fraction), spectra.Draws.Average(values => values[0]), 0.05);
    }

    [Theory]
    [InlineData(DecompositionMode.Sweep, 4)]
    [InlineData(DecompositionMode.Product, 4)]
    public void For_longer_chains_the_edge_is_an_upper_bound(DecompositionMode mode, int tasks)
    {
        int[] ranks = [.. Enumerable.Repeat(20, tasks)];
        NullSpectra spectra = new NullTest(TestProviders.Managed, 1, draws: 10).Of(mode, 100, ranks, default);
        Assert.True(spectra.Draws.Average(values => values[0]) <= ChanceLevel.UpperEdge(mode, tasks, 0.2) + 0.02);
    }

    [Fact]
    public void The_same_seed_draws_the_same_subspaces_and_another_seed_others()
    {
        double[] First(ulong seed) => [.. new NullTest(TestProviders.Managed, seed, 10).Of(DecompositionMode.Mean, 30, [5, 5, 5], default).Draws[3]];
        Assert.Equal(First(4), First(4));
        Assert.NotEqual(First(4), First(5));
    }

    [Theory]
    [InlineData(60, new[] { 4, 5, 6 })]
    [InlineData(30, new[] { 10, 10, 10 })]
    [InlineData(200, new[] { 50, 0, 70, 30 })]
    public void Chance_is_proved_below_a_level_exactly_where_its_largest_eigenvalue_is(int dimension, int[] ranks)
    {
        for (int draw = 0; draw < 5; draw++)
        {
            var key = new PhiloxKey((ulong)draw);
            IReadOnlyList<Matrix<double>> bases = RandomSubspaces.Draw<double>(dimension, ranks, key, TestProviders.Managed, default);
            double largest = MeanSpectrum.ValuesOf(bases, TestProviders.Managed, default)[0];
            Assert.True(RandomSubspaces.IsMeanBelow<double>(dimension, ranks, key, largest + 1e-9, TestProviders.Managed, default));
            Assert.False(RandomSubspaces.IsMeanBelow<double>(dimension, ranks, key, largest - 1e-9, TestProviders.Managed, default));
            Assert.True(RandomSubspaces.IsMeanBelow<float>(dimension, ranks, key, largest + 1e-4, TestProviders.Managed, default));
            Assert.False(RandomSubspaces.IsMeanBelow<float>(dimension, ranks, key, largest - 1e-4, TestProviders.Managed, default));
        }
    }

    [Theory]
    [InlineData(0.45)]
    [InlineData(0.55)]
    [InlineData(0.8)]
    public void What_chance_gives_above_a_level_does_not_depend_on_what_is_left_out_below_it(double level)
    {
        int[] ranks = [8, 8, 8];
        var test = new NullTest(TestProviders.Managed, 1, draws: 20);
        NullSpectra all = test.Of(DecompositionMode.Mean, 100, ranks, default);
        NullSpectra some = test.Of(DecompositionMode.Mean, 100, ranks, default, level);
        Assert.Equal(all.ChanceDimension(level), some.ChanceDimension(level));
        for (int index = 0; index < 24; index++)
        {
            foreach (double value in new[] { level + 1e-3, 0.7, 0.9 }.Where(value => value > level))
            {
                Assert.Equal(all.PValue(index, value), some.PValue(index, value));
            }

            // What is not known counts as the level, so that nothing passes that would not.
            Assert.True(some.Percentile(index) >= all.Percentile(index));
            Assert.True(some.Percentile(index) <= Math.Max(level, all.Percentile(index)) + 1e-15);
        }
    }

    [Fact]
    public void Threads_share_the_draws_and_a_cancelled_one_does_not_take_others_along()
    {
        int[] ranks = [20, 20, 20];
        NullSpectra expected = new NullTest(TestProviders.Managed, 1, draws: 40).Of(DecompositionMode.Mean, 70, ranks, default);
        var test = new NullTest(TestProviders.Managed, 1, draws: 40);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        NullSpectra?[] found = new NullSpectra?[4];
        _ = Parallel.For(0, 4, thread =>
        {
            if (thread % 2 == 0)
            {
                found[thread] = test.Of(DecompositionMode.Mean, 70, ranks, default);
                return;
            }

            try
            {
                _ = test.Of(DecompositionMode.Mean, 70, ranks, cancelled.Token);
            }
            catch (OperationCanceledException)
            {
                // As told.
            }
        });
        Assert.Equal(expected.Draws, found[0]!.Draws);
        Assert.Equal(expected.Draws, found[2]!.Draws);
    }

    [Fact]
    public void Random_task_vectors_pass_a_low_cut_and_fail_the_null_test()
    {
        Matrix<float>[] vectors = [.. Enumerable.Range(0, 4).Select(task => TestMatrices.Gaussian<float>(60, 40, 70 + task))];
        var options = new SubspaceOptions { Rank = new FractionRank(0.3), Cut = 0.4, NullDraws = 100 };
        SharedSubspace without = new MatrixDecomposer(TestProviders.Managed, options with { NullTest = false }).Decompose(vectors).Columns!;
        SharedSubspace with = new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors).Columns!;
        Assert.True(without.Dimension > 3);
        Assert.Equal(0, with.Dimension);
        Assert.Equal(without.Dimension, with.DroppedByNullTest);
        Assert.InRange(with.ChanceDimension!.Value, without.Dimension - 3, without.Dimension + 3);
    }

    [Fact]
    public void A_real_intersection_has_the_smallest_p_value_there_is()
    {
        PlantedVectors<float> planted = PlantedVectors<float>.Create(11, 3, 50, 20, 2, 4, isOrthogonal: false);
        var options = new SubspaceOptions { Rank = new NumericalRank(), Mode = DecompositionMode.Mean, Tau = 0.85, NullDraws = 50 };
        SharedSubspace found = new MatrixDecomposer(TestProviders.Managed, options).Decompose(planted.Vectors).Columns!;
        Assert.Equal(2, found.Dimension);
        Assert.All(found.PValues, value => Assert.Equal(1.0 / 51, value, 12));
        Assert.Equal(0, found.ChanceDimension);
    }
}
