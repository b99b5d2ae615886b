using TaskVectors.Merging.Selection;

namespace TaskVectors.Tests.Merging;

/// <summary>The k-th largest of a list, against sorting it.</summary>
public class QuickSelectTests
{
    [Theory]
    [InlineData(1, long.MaxValue)]
    [InlineData(100, 7)]
    [InlineData(4097, 1)]
    [InlineData(5000, 3)]
    [InlineData(20_000, 100_000)]
    [InlineData(50_000, long.MaxValue)]
    public void The_value_is_the_one_that_sorting_finds(int length, long limit)
    {
        var random = new Random(length);
        Require([.. Enumerable.Range(0, length).Select(_ => random.NextInt64(limit))], random);
        Require([.. Enumerable.Range(0, length).Select(_ => random.NextInt64(limit) - (limit / 2))], random);

        // Nearly all in one bin, and the extremes of the type.
        Require([.. Enumerable.Range(0, length).Select(index => index % 999 == 0 ? long.MinValue + index : index % 997 == 0 ? long.MaxValue : random.NextInt64(limit) % 1000)], random);
    }

    private static void Require(long[] values, Random random)
    {
        long[] descending = [.. values.OrderDescending()];
        foreach (int rank in new[] { 1, values.Length, (values.Length + 1) / 2, 1 + random.Next(values.Length) })
        {
            Assert.Equal(descending[rank - 1], QuickSelect.Largest([.. values], rank));
        }
    }
}
