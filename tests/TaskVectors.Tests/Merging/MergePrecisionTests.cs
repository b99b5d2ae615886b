using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging;

/// <summary>Fast merges against exact ones.</summary>
public class MergePrecisionTests
{
    private static readonly MergeSetting Fast = new("precision", "fast");
    private static readonly MergeSetting Exact = new("precision", "exact");

    [Theory]
    [InlineData("tsvm", 136, 136)]
    [InlineData("tsvm", 130, 170)]
    [InlineData("tsvm_lossless", 130, 150)]
    [InlineData("iso_c", 136, 136)]
    [InlineData("iso_c", 170, 130)]
    [InlineData("iso_cts", 136, 150)]
    public void A_fast_merge_is_within_a_thousandth_of_the_exact_one(string method, int rows, int columns)
    {
        var tasks = MatrixTasks.Dense(rows, columns, 3, seed: 5);
        Matrix<double> exact = tasks.Merge(method, Exact);
        Matrix<double> fast = tasks.Merge(method, Fast);
        double difference = RelativeDifference(fast, exact);

        // Not equal: the fast way was taken.
        Assert.InRange(difference, 1e-10, 1e-3);
        Assert.Equal(fast.Elements.ToArray(), tasks.Merge(method).Elements.ToArray());
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    public void Small_matrices_and_adapters_are_exact_in_any_case(string method)
    {
        var small = MatrixTasks.Dense(60, 200, 3);
        Assert.Equal(small.Merge(method, Exact).Elements.ToArray(), small.Merge(method, Fast).Elements.ToArray());
        var adapters = MatrixTasks.LowRank(140, 150, 3, rank: 4);
        Assert.Equal(adapters.Merge(method, Exact).Elements.ToArray(), adapters.Merge(method, Fast).Elements.ToArray());
    }

    [Theory]
    [InlineData("tsvm")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    [InlineData("tsvm_lossless")]
    public void Tasks_that_are_short_of_rank_fall_back_to_the_exact_way(string method)
    {
        // The same low-rank vectors without a bound: stored in full, as an extracted adapter would be.
        var stored = MatrixTasks.LowRank(140, 150, 3, rank: 6);
        var full = new MatrixTasks("layer.weight", stored.Unit.Tensors[0].Shape, [.. Enumerable.Range(0, 3).Select(task => stored.Read(task).Elements.ToArray())]);
        Assert.InRange(RelativeDifference(full.Merge(method, Fast), full.Merge(method, Exact)), 0, 1e-3);
    }

    private static double RelativeDifference(Matrix<double> left, Matrix<double> right)
    {
        double difference = left.Elements.ToArray().Zip(right.Elements.ToArray(), (a, b) => (a - b) * (a - b)).Sum();
        return Math.Sqrt(difference / right.Elements.ToArray().Sum(value => value * value));
    }
}
