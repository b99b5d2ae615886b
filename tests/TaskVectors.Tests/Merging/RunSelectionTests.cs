using TaskVectors.Merging.Selection;

namespace TaskVectors.Tests.Merging;

/// <summary>The ranks of one run, against a stable sort of it.</summary>
public class RunSelectionTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(37, 2, 0)]
    [InlineData(2048, 3, 0)]
    [InlineData(2048, 4, 6)]
    [InlineData(500, 5, 1)]
    public void The_largest_elements_are_those_that_a_stable_sort_puts_first(int length, int seed, int grid)
    {
        // Rounded to a grid, many magnitudes are equal; the powers spread them over more octaves than there are cells for.
        double[] run = [.. TestModel.Numbers(seed, length).Select((value, index) => (grid > 0 ? Math.Round(value * grid) / grid : value) * Math.Pow(2, -(index % 7 * 11)))];
        RequireRanks(run);
        RequireRanks(Array.ConvertAll(run, value => (float)value));
    }

    [Fact]
    public void Zeros_infinities_and_NaN_have_ranks_too()
    {
        RequireRanks([0, -0.0, double.NaN, double.NegativeInfinity, double.Epsilon, 1, -1, 0, double.MaxValue, double.NaN]);
        RequireRanks([0d, 0, 0]);
    }

    private static void RequireRanks<T>(T[] run)
        where T : unmanaged
    {
        int[] order = [.. Enumerable.Range(0, run.Length).OrderByDescending(index => MagnitudeCut.PatternOf(run[index]))];
        var selection = new RunSelection(run.Length);
        selection.Take<T>(run);
        foreach (int rank in new[] { 0, 1, run.Length / 3, run.Length / 2, run.Length - 1, run.Length })
        {
            MagnitudeCut cut = selection.CutOf(rank);
            Assert.Equal(order.Take(rank).Order(), Enumerable.Range(0, run.Length).Where(index => cut.Contains(selection.Patterns[index], index)));
        }
    }
}
