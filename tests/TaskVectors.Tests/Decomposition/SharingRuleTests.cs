using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>What the rules say: text forms, defaults, conversions, and of how many tasks a direction must be part.</summary>
public class SharingRuleTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("lora")]
    [InlineData("numerical")]
    [InlineData("energy:0.9")]
    [InlineData("rank:64")]
    [InlineData("fraction:0.25")]
    public void A_rank_rule_prints_as_it_is_read(string text) => Assert.Equal(text, RankRule.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("rank")]
    [InlineData("rank:0")]
    [InlineData("rank:-1")]
    [InlineData("rank:1.5")]
    [InlineData("energy:0")]
    [InlineData("energy:1.1")]
    [InlineData("fraction:nan")]
    [InlineData("fraction:-0.1")]
    [InlineData("lora:3")]
    [InlineData("Rank:3")]
    public void What_is_no_rank_rule_is_refused_with_the_forms(string text) =>
        Assert.Contains("fraction:F", Assert.Throws<DecompositionException>(() => RankRule.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("all")]
    [InlineData("at-least:3")]
    [InlineData("pairwise")]
    public void A_sharing_rule_prints_as_it_is_read(string text) => Assert.Equal(text, Sharing.Parse(text).ToString());

    [Theory]
    [InlineData("at-least:1")]
    [InlineData("at-least:")]
    [InlineData("most")]
    public void What_is_no_sharing_rule_is_refused(string text) => Assert.Throws<DecompositionException>(() => Sharing.Parse(text));

    [Theory]
    [InlineData(2, false, DecompositionMode.Sweep, 0.85)]
    [InlineData(2, true, DecompositionMode.Mean, 0.55)]
    [InlineData(4, false, DecompositionMode.Mean, 0.475)]
    [InlineData(8, false, DecompositionMode.Mean, 0.3875)]
    [InlineData(8, true, DecompositionMode.Mean, 0.2125)]
    public void The_defaults_depend_on_the_number_of_tasks_and_on_adapters(int tasks, bool isLowRank, DecompositionMode mode, double cut)
    {
        SubspaceRule rule = SubspaceOptions.Default.Resolve(tasks, isLowRank);
        Assert.Equal(mode, rule.Mode);
        Assert.Equal(cut, rule.Cut, 1e-12);
    }

    [Theory]
    [InlineData(384, 1536, null, 76)]
    [InlineData(96, 384, null, 28)]
    [InlineData(384, 384, 16, 16)]
    public void The_automatic_rank_depends_on_the_width_and_on_adapters(int rows, int columns, int? factorRank, int expected) =>
        Assert.Equal(expected, new AutomaticRank().Foresee(rows, columns, factorRank));

    [Theory]
    [InlineData(DecompositionMode.Product, 5)]
    [InlineData(DecompositionMode.Sweep, 5)]
    [InlineData(DecompositionMode.Mean, 2)]
    public void Tau_is_equally_strict_in_every_mode(DecompositionMode mode, int tasks)
    {
        // Lines in a plane: neighbours of a chain at one angle give the product cos^k closed to a ring at k = 2, and T T^T cos^(2k-2).
        const double tau = 0.7;
        double cosine = Math.Pow(tau, 1.0 / tasks);
        Matrix<double>[] lines = [.. Enumerable.Range(0, tasks).Select(task => Line(task * Math.Acos(cosine)))];
        double back = Math.Abs(Math.Cos((tasks - 1) * Math.Acos(cosine)));
        double expected = mode switch
        {
            DecompositionMode.Product => Math.Pow(cosine, tasks - 1) * back,
            DecompositionMode.Sweep => SharedCut.FromTau(mode, tasks, tau),
            _ => (1 + cosine) / 2,
        };
        Assert.Equal(expected, Math.Abs(SharedSpectra.Compute(mode, lines, TestProviders.Managed, default).Values[0]), 1e-12);
    }

    [Fact]
    public void A_direction_of_two_of_three_tasks_is_shared_by_at_least_two_and_by_a_pair_but_not_by_all()
    {
        Matrix<double>[] vectors = [Axes(0, 1, 2), Axes(0, 1, 3), Axes(0, 4, 5)];
        Assert.Equal(1, Find(vectors, Sharing.All));
        Assert.Equal(2, Find(vectors, new SharedByAtLeast(2)));
        Assert.Equal(1, Find(vectors, new SharedByAtLeast(3)));
        Assert.Equal(2, Find(vectors, new SharedByPairs()));
    }

    [Fact]
    public void At_least_needs_the_mean() => Assert.Throws<DecompositionException>(() =>
        (SubspaceOptions.Default with { Sharing = new SharedByAtLeast(2), Mode = DecompositionMode.Sweep }).Resolve(3, false));

    [Fact]
    public void Both_sides_share_what_rows_and_columns_share()
    {
        PlantedVectors<double> planted = PlantedVectors<double>.Create(3, 2, 20, 9, 2, 1, isOrthogonal: true);
        var options = new SubspaceOptions { Sides = DecompositionSides.Both, Rank = new NumericalRank(), NullTest = false };
        MatrixDecomposition<double> decomposition = new MatrixDecomposer(TestProviders.Managed, options).Decompose(planted.Vectors);
        Assert.Equal(2, decomposition.Columns!.Dimension);
        Matrix<double> z = decomposition.Columns.Basis;
        Matrix<double> y = decomposition.Rows!.Basis;
        Matrix<double> expected = TestMatrices.Product(
            TestMatrices.Product(z.View, z.Transpose()).View, TestMatrices.Product(planted.Vectors[0].View, TestMatrices.Product(y.View, y.Transpose()).View).View);
        Assert.True(TestMatrices.Distance(expected.View, decomposition.Shared(planted.Vectors[0].View).View) <= 1e-12);
    }

    [Fact]
    public void The_shared_part_is_counted_once_unless_told_otherwise()
    {
        PlantedVectors<double> planted = PlantedVectors<double>.Create(5, 3, 20, 9, 1, 2, isOrthogonal: true);
        var options = new SubspaceOptions { Rank = new NumericalRank(), NullTest = false };
        MatrixDecomposition<double> decomposition = new MatrixDecomposer(TestProviders.Managed, options).Decompose(planted.Vectors);
        Matrix<double> once = decomposition.Merge(planted.Vectors, 1);
        Matrix<double> explicitly = decomposition.Merge(planted.Vectors, 1, 1.0 / 3);
        Assert.Equal(explicitly.Elements.ToArray(), once.Elements.ToArray());
        Matrix<double> sum = Matrix.Zero<double>(20, 9);
        foreach (Matrix<double> vector in planted.Vectors)
        {
            (Matrix<double> shared, Matrix<double> unique) = decomposition.Split(vector.View);
            for (int index = 0; index < sum.Elements.Length; index++)
            {
                sum.Target.Elements[index] += unique.Elements[index] + (shared.Elements[index] / 3);
            }
        }

        Assert.True(TestMatrices.Distance(sum.View, once.View) <= 1e-12);
    }

    [Fact]
    public void A_zero_task_vector_shares_nothing()
    {
        Matrix<float>[] vectors = [Matrix.Zero<float>(8, 5), TestMatrices.Gaussian<float>(8, 5, 1), TestMatrices.Gaussian<float>(8, 5, 2)];
        foreach (DecompositionMode mode in Enum.GetValues<DecompositionMode>())
        {
            var options = new SubspaceOptions { Mode = mode, Rank = new FixedRank(2), Tau = 0.85, NullDraws = 10 };
            MatrixDecomposition<float> decomposition = new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors);
            Assert.Equal([0, 2, 2], decomposition.Ranks);
            Assert.True(decomposition.IsNothingShared);
        }
    }

    private static int Find(Matrix<double>[] vectors, Sharing sharing)
    {
        var options = new SubspaceOptions { Sharing = sharing, Rank = new NumericalRank(), Tau = sharing is SharedByAtLeast ? null : 0.85, NullTest = false };
        return new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors).Columns!.Dimension;
    }

    private static Matrix<double> Line(double angle) => Matrix.Wrap([Math.Cos(angle), Math.Sin(angle)], 2, 1);

    // A matrix of ten rows whose column space is spanned by coordinate axes.
    private static Matrix<double> Axes(params int[] axes)
    {
        double[] elements = new double[10 * axes.Length];
        for (int column = 0; column < axes.Length; column++)
        {
            elements[(axes[column] * axes.Length) + column] = column + 1;
        }

        return Matrix.Wrap(elements, 10, axes.Length);
    }
}
