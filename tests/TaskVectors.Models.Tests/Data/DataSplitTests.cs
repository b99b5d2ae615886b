using TaskVectors.Models.Data;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

public sealed class DataSplitTests
{
    [Fact]
    public void An_order_is_a_permutation_that_depends_on_seed_and_round_alone()
    {
        int[] order = SeededOrder.Shuffle(1000, 7);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.Equal(order, SeededOrder.Shuffle(1000, 7));
        Assert.NotEqual(order, SeededOrder.Shuffle(1000, 8));
        Assert.NotEqual(order, SeededOrder.Shuffle(1000, 7, round: 1));
        Assert.Empty(SeededOrder.Shuffle(0, 7));
    }

    [Fact]
    public void All_orders_of_a_few_things_come_up_equally_often()
    {
        const int rounds = 12_000;
        Dictionary<string, int> counts = Enumerable.Range(0, rounds).Select(seed => string.Concat(SeededOrder.Shuffle(4, (ulong)seed)))
            .CountBy(order => order).ToDictionary();

        Assert.Equal(24, counts.Count);
        // The chi-squared of 23 degrees of freedom exceeds 49.7 once in a thousand; the seeds are fixed.
        double expected = rounds / 24.0;
        Assert.InRange(counts.Values.Sum(count => (count - expected) * (count - expected) / expected), 0, 49.7);
    }

    [Fact]
    public void Parts_have_their_shares_of_every_class_and_share_no_example()
    {
        int[] labels = [.. Enumerable.Range(0, 300).Select(index => index % 3 == 0 ? 1 : 0)];
        IReadOnlyDictionary<string, int[]> parts = DataSplits.Create(labels, [("train", 8), ("validation", 1), ("test", 1)], seed: 3);

        Assert.Equal([240, 30, 30], ((string[])["train", "validation", "test"]).Select(name => parts[name].Length));
        Assert.Equal(Enumerable.Range(0, 300), parts.Values.SelectMany(part => part).Order());
        Assert.Equal([80, 10, 10], ((string[])["train", "validation", "test"]).Select(name => parts[name].Count(index => labels[index] == 1)));
        Assert.Equal(parts["test"], DataSplits.Create(labels, [("train", 8), ("validation", 1), ("test", 1)], seed: 3)["test"]);
    }

    [Fact]
    public void A_part_without_examples_is_an_error_that_names_it()
    {
        DataException failure = Assert.Throws<DataException>(() => DataSplits.Create([0, 0, 0], [("train", 0.9), ("test", 0.1)], seed: 1));
        Assert.Contains("'test'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_share_that_is_no_positive_number_is_refused(double share) =>
        Assert.Equal("data.split", Assert.Throws<DataException>(() => DataSplits.Create([0, 1], [("a", 1), ("b", share)], seed: 1)).Kind);

    [Fact]
    public void Listed_examples_keep_their_order()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["indices.txt"], "3\r\n0\n\n 2 \n");

        Assert.Equal([3, 0, 2], DataSplits.ReadIndices(folder["indices.txt"], 4));
    }

    [Theory]
    [InlineData("1\n4\n", "line 2")]
    [InlineData("-1\n", "line 1")]
    [InlineData("one\n", "0 to 3")]
    [InlineData("2\n\n2\n", "line 3 names example 2 once more")]
    [InlineData("\n", "no example")]
    public void Lists_of_examples_that_make_no_sense_are_refused(string text, string said)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["indices.txt"], text);

        DataException failure = Assert.Throws<DataException>(() => DataSplits.ReadIndices(folder["indices.txt"], 4));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.Contains("indices.txt", failure.Message, StringComparison.Ordinal);
    }
}
