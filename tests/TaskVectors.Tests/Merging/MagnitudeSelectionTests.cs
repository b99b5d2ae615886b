using TaskVectors.Merging.Selection;

namespace TaskVectors.Tests.Merging;

public class MagnitudeSelectionTests
{
    [Fact]
    public void The_threshold_is_the_one_that_sorting_finds()
    {
        var random = new Random(11);
        for (int round = 0; round < 60; round++)
        {
            // Many equal values, many zeros, tiny and subnormal numbers.
            double[] values = [.. Enumerable.Range(0, 1 + random.Next(300)).Select(_ => Math.ScaleB(random.Next(-40, 41), random.Next(5) == 0 ? -1060 : random.Next(-3, 3)))];
            int rank = 1 + random.Next(values.Length);
            Assert.Equal(values.Select(Math.Abs).OrderDescending().ElementAt(rank - 1), Select(values, zeros: 0, rank));
        }
    }

    [Fact]
    public void Zeros_that_are_only_counted_take_part()
    {
        Assert.Equal(2, Select([-2, 1], zeros: 5, rank: 1));
        Assert.Equal(0, Select([-2, 1], zeros: 5, rank: 3));
        Assert.Equal(0, Select([], zeros: 0, rank: 1));
    }

    private static double Select(double[] values, long zeros, int rank)
    {
        var selection = new MagnitudeSelection();
        for (int pass = 0; pass < 2; pass++)
        {
            selection.Observe(pass, values.AsSpan(0, values.Length / 2));
            selection.ObserveZeros(pass, zeros);
            selection.Observe(pass, values.AsSpan(values.Length / 2));
            if (pass == 0)
            {
                selection.Choose(_ => rank);
            }
        }

        return selection.Threshold();
    }
}
