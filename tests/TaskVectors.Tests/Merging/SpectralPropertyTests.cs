using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>What the formulas of the spectral methods promise, on matrices in memory.</summary>
public class SpectralPropertyTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 9 }, { 7, 1 }, { 13, 17 }, { 31, 8 }, { 16, 16 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void One_task_comes_back_from_methods_that_lose_nothing(int rows, int columns)
    {
        MatrixTasks tasks = MatrixTasks.Dense(rows, columns, 1);
        foreach (string method in new[] { "tsvm", "tsvm_lossless", "knots" })
        {
            MergeSetting[] settings = method == "knots" ? [new("density", "1"), new("tolerance", "0")] : [];
            MatrixTasks.RequireClose(tasks.Sum().Elements, tasks.Merge(method, settings).Elements);
        }
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("tsvm_lossless")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    [InlineData("star")]
    [InlineData("cart")]
    [InlineData("subspace_boosting")]
    [InlineData("svc")]
    [InlineData("knots")]
    public void The_order_of_the_tasks_does_not_matter(string method)
    {
        MatrixTasks tasks = MatrixTasks.Dense(19, 12, 3);
        MatrixTasks.RequireClose(tasks.Merge(method).Elements, tasks.InOrder(2, 0, 1).Merge(method).Elements);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Iso_C_has_a_flat_spectrum_at_the_mean_of_the_sum(int rows, int columns)
    {
        MatrixTasks tasks = MatrixTasks.Dense(rows, columns, 2);
        double mean = MatrixTasks.SingularValues(tasks.Sum()).Average();
        double[] merged = MatrixTasks.SingularValues(tasks.Merge("iso_c"));
        MatrixTasks.RequireClose([.. merged.Select(_ => mean)], merged);
    }

    [Fact]
    public void Iso_CTS_with_a_common_space_of_everything_is_Iso_C()
    {
        MatrixTasks tasks = MatrixTasks.Dense(15, 11, 3);
        MatrixTasks.RequireClose(tasks.Merge("iso_c").Elements, tasks.Merge("iso_cts", new MergeSetting("common_space_fraction", "1")).Elements);
    }

    [Theory]
    [InlineData(2, 3, 0)]
    [InlineData(3, 2, 0)]
    [InlineData(5, 4, 0.1)]
    public void Iso_CTS_never_asks_for_more_directions_than_there_are(int side, int count, double fraction)
    {
        double[] spectrum = MatrixTasks.SingularValues(MatrixTasks.Dense(side, side, count).Merge("iso_cts", new MergeSetting("common_space_fraction", $"{fraction}")));
        Assert.All(spectrum, value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void The_spectrum_of_TSV_M_is_the_union_of_the_kept_spectra()
    {
        MatrixTasks tasks = MatrixTasks.Dense(20, 15, 3);
        double[] kept = [.. Enumerable.Range(0, 3).SelectMany(task => MatrixTasks.SingularValues(tasks.Read(task)).Take(5)).OrderDescending()];
        MatrixTasks.RequireClose(kept, MatrixTasks.SingularValues(tasks.Merge("tsvm")));
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("tsvm_lossless")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    public void Adapters_give_no_more_directions_than_their_factors_have(string method)
    {
        MatrixTasks tasks = MatrixTasks.LowRank(40, 30, count: 3, rank: 4);
        double[] capped = MatrixTasks.SingularValues(tasks.Merge(method));
        Assert.Equal(12, capped.Count(value => value > 1e-9 * capped[0]));
    }

    [Fact]
    public void Without_the_cap_directions_of_the_null_space_enter()
    {
        MatrixTasks tasks = MatrixTasks.LowRank(40, 30, count: 3, rank: 4);
        double[] uncapped = MatrixTasks.SingularValues(tasks.Merge("iso_c", new MergeSetting("rank_cap", "none")));
        Assert.Equal(30, uncapped.Count(value => value > 1e-9 * uncapped[0]));
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("tsvm_lossless")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    [InlineData("star")]
    [InlineData("cart")]
    [InlineData("subspace_boosting")]
    [InlineData("svc")]
    [InlineData("knots")]
    [InlineData("decomposed")]
    public void Zero_task_vectors_merge_to_zero(string method)
    {
        var tasks = new MatrixTasks("layer.weight", new TensorShape(6, 5), [new double[30], new double[30]]);
        Assert.All(tasks.Merge(method).Elements.ToArray(), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("iso_c")]
    public void Other_tensors_are_averaged_and_scaled(string method)
    {
        var bias = new MatrixTasks("layer.bias", new TensorShape(3), [[1, 2, 3], [3, 2, -5]]);
        Assert.Equal([4.0, 4, -2], bias.Merge(method, new MergeSetting("alpha", "2")).Elements.ToArray());
        var excluded = new MatrixTasks("text_projection", new TensorShape(1, 2), [[1, 2], [3, 4]]);
        Assert.Equal([2.0, 3], excluded.Merge(method).Elements.ToArray());
    }

    [Fact]
    public void KnOTS_with_addition_is_task_arithmetic()
    {
        MatrixTasks tasks = MatrixTasks.Dense(9, 14, 3);
        Matrix<double> merged = tasks.Merge("knots", new("inner", "linear"), new("aggregate", "sum"), new("scale", "0.5"));
        MatrixTasks.RequireClose([.. tasks.Sum().Elements.ToArray().Select(value => 0.5 * value)], merged.Elements);
    }

    [Fact]
    public void The_weight_of_a_norm_merges_as_the_diagonal_matrix_it_stands_for()
    {
        const int Side = 9;
        double[][] weights = [TestModel.Numbers(3, Side), TestModel.Numbers(4, Side), TestModel.Numbers(5, Side)];
        double[][] diagonals = [.. weights.Select(weight => Enumerable.Range(0, Side * Side).Select(element => element / Side == element % Side ? weight[element / Side] : 0).ToArray())];
        MergeSetting density = new("density", "0.07");
        Matrix<double> vector = new MatrixTasks("norm.weight", new TensorShape(Side), weights).Merge("knots", density);
        Matrix<double> matrix = new MatrixTasks("linear.weight", new TensorShape(Side, Side), diagonals).Merge("knots", density);
        MatrixTasks.RequireClose([.. Enumerable.Range(0, Side).Select(row => matrix[row, row])], vector.Elements);
        Assert.Contains(vector.Elements.ToArray(), value => value == 0);
    }

    [Fact]
    public void Truncation_is_the_best_approximation_of_its_rank()
    {
        MatrixTasks tasks = MatrixTasks.Dense(18, 11, 1);
        double[] spectrum = MatrixTasks.SingularValues(tasks.Sum());
        Matrix<double> truncated = tasks.Merge("truncate", new MergeSetting("rank", "4"));
        double[] rest = [.. tasks.Sum().Elements.ToArray().Zip(truncated.Elements.ToArray(), (whole, part) => whole - part)];
        Assert.Equal(Math.Sqrt(spectrum[4..].Sum(value => value * value)), Math.Sqrt(rest.Sum(value => value * value)), 1e-10);
        Assert.Equal(4, MatrixTasks.SingularValues(truncated).Count(value => value > 1e-9));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void STAR_keeps_the_nuclear_norm_of_one_task(int rows, int columns)
    {
        MatrixTasks tasks = MatrixTasks.Dense(rows, columns, 1);
        double[] merged = MatrixTasks.SingularValues(tasks.Merge("star", new MergeSetting("eta", "0.3")));
        MatrixTasks.RequireClose([MatrixTasks.SingularValues(tasks.Sum()).Sum()], [merged.Sum()]);
        Assert.True(merged.Count(value => value > 1e-9) <= Math.Ceiling(0.3 * Math.Min(rows, columns)));
    }

    [Fact]
    public void CART_with_all_triplets_is_the_mean_and_with_none_too()
    {
        // The differences to the mean add up to zero.
        MatrixTasks tasks = MatrixTasks.Dense(9, 14, 3);
        double[] mean = [.. tasks.Sum().Elements.ToArray().Select(value => value / 3)];
        MatrixTasks.RequireClose(mean, tasks.Merge("cart", new MergeSetting("rank_fraction", "1")).Elements);
        MatrixTasks.RequireClose(mean, tasks.Merge("cart", new MergeSetting("rank_fraction", "0")).Elements);
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("1", 15)]
    public void Subspace_boosting_raises_all_or_nothing_at_the_ends_of_beta(string beta, int distinct)
    {
        MatrixTasks tasks = MatrixTasks.Dense(20, 15, 3);
        double[] before = MatrixTasks.SingularValues(tasks.Sum());
        double[] after = MatrixTasks.SingularValues(tasks.Merge("subspace_boosting", new MergeSetting("beta", beta)));
        MatrixTasks.RequireClose([.. before.Select((value, index) => before[Math.Min(index, distinct - 1)])], after);
    }

    [Fact]
    public void SVC_leaves_what_all_tasks_share_as_it_is()
    {
        double[] task = TestModel.Numbers(8, 60);
        var tasks = new MatrixTasks("layer.weight", new TensorShape(10, 6), [task, task, task]);
        MatrixTasks.RequireClose(task, tasks.Merge("svc").Elements);
    }

    [Fact]
    public void SVC_scales_up_what_the_mean_has_diluted()
    {
        // Rows and columns of its own for each task: in every direction of the mean the owner counts 1/2 and the other task the floor of 0.1.
        double[] numbers = TestModel.Numbers(8, 60);
        double[] upper = [.. numbers.Select((value, element) => element / 6 < 5 && element % 6 < 3 ? value : 0)];
        double[] lower = [.. numbers.Select((value, element) => element / 6 >= 5 && element % 6 >= 3 ? value : 0)];
        var tasks = new MatrixTasks("layer.weight", new TensorShape(10, 6), [upper, lower]);
        double[] expected = [.. upper.Zip(lower, (left, right) => 2 / (0.5 + 0.1) * ((left + right) / 2))];
        MatrixTasks.RequireClose(expected, tasks.Merge("svc").Elements);
    }

    [Fact]
    public void Plain_addition_is_decomposed_with_equal_coefficients()
    {
        MatrixTasks tasks = MatrixTasks.Dense(14, 10, 3);
        MatrixTasks.RequireClose(tasks.Sum().Elements, tasks.Merge("decomposed", new("shared", "1"), new("mode", "mean")).Elements);
    }

    [Fact]
    public void What_identical_tasks_share_is_counted_once()
    {
        double[] task = TestModel.Numbers(8, 60);
        var tasks = new MatrixTasks("layer.weight", new TensorShape(10, 6), [task, task]);
        Matrix<double> merged = tasks.Merge("decomposed", new("rank", "numerical"), new("null_test", "off"));
        MatrixTasks.RequireClose(task, merged.Elements);
    }
}
