using TaskVectors.Merging.Competition;

namespace TaskVectors.Tests.Merging;

/// <summary>Rough scores: within their bound of the exact ones, and the same eight at a time and one by one.</summary>
public class ScoreFilterTests
{
    private const int Tasks = 3;

    /// <summary>Magnitudes over thirty powers of ten; where products are below 1e-29, e^16 times less than any threshold, only that they stay small.</summary>
    [Theory]
    [InlineData(3, 0, 1)]
    [InlineData(16, 0, 1)]
    [InlineData(16, 0.0968, 0.1)]
    [InlineData(2, 1e-9, 1e-7)]
    [InlineData(8, 100, 1e6)]
    public void A_rough_score_is_within_its_bound(int tasks, double low, double high)
    {
        var range = new MagnitudeRange(low, high);
        ScoreFilter filter = ScoreFilter.For(range, tasks, 1e-20, 1)!;
        var competition = new ParameterCompetition([.. Enumerable.Repeat(range, tasks)], PcbVariant.Raw);
        var random = new Random(1);
        double[] exact = new double[1];
        for (int trial = 0; trial < 200_000; trial++)
        {
            double value = trial % 2 == 0 ? low + (random.NextDouble() * 1.1 * (high - low)) : Math.Pow(10, (random.NextDouble() * 30) - 24);
            exact[0] = Math.Pow(10, (random.NextDouble() * 30) - 24);
            double product = value * exact[0];
            double rough = filter.Rough(value, (float)exact[0]);
            competition.ScoreScalar([value], 0, 0, exact);
            if (product < 1e-28)
            {
                Assert.InRange(rough, 0, 1e-20);
            }
            else
            {
                Assert.InRange(rough / exact[0], 1 - ScoreFilter.Error, 1 + ScoreFilter.Error);
            }
        }
    }

    [Fact]
    public void Windows_whose_scores_need_double_precision_have_no_filter()
    {
        var range = new MagnitudeRange(0, 1);
        Assert.NotNull(ScoreFilter.For(range, Tasks, 0.1, 1));
        Assert.Null(ScoreFilter.For(range, Tasks, -0.1, 1));
        Assert.Null(ScoreFilter.For(range, Tasks, 1e-25, 1));
        Assert.Null(ScoreFilter.For(range, 17, 0.1, 1));
        Assert.Null(ScoreFilter.For(new MagnitudeRange(0.99, 1), Tasks, 0.1, 1));
        Assert.Null(ScoreFilter.For(new MagnitudeRange(1, 1), Tasks, 0.1, 1));
        Assert.Null(ScoreFilter.For(new MagnitudeRange(0, 1e7), Tasks, 0.1, 1));
        Assert.Null(ScoreFilter.For(new MagnitudeRange(0, 1e-40), Tasks, 0.1, 1));
    }

    [Theory]
    [InlineData(0.3, 0.9)]
    [InlineData(0.001, double.PositiveInfinity)]
    [InlineData(50, 60)]
    public void Eight_at_a_time_are_what_one_by_one_are(double low, double high)
    {
        ScoreFilter filter = ScoreFilter.For(new MagnitudeRange(0.05, 0.9), Tasks, low, high)!;
        foreach (int length in new[] { 0, 1, 7, 8, 9, 64, 1001 })
        {
            foreach (double scale in new[] { 0.01, 1, 30 })
            {
                double[] values = TestModel.Numbers(length, length, scale);
                double[] opponents = TestModel.Numbers(length + 1, length, scale);
                if (length > 1)
                {
                    (values[length / 2], opponents[0], values[^1]) = (double.NaN, double.NaN, -0.0);
                }

                int[][] places = [new int[length + 8], new int[length + 8]];
                long[] above = [1, 1];
                float[] top = [0.5f, 0.5f];
                float[] rough = new float[length];
                float largest = 0;
                Assert.True(ScoreFilter.Narrow(opponents, rough));
                int wide = filter.Find(values, rough, places[0], ref above[0], ref top[0]);
                int scalar = filter.FindScalar(values, rough, 0, places[1], 0, ref above[1], ref top[1], ref largest);
                Assert.Equal(places[1][..scalar], places[0][..wide]);
                Assert.Equal(above[1], above[0]);
                Assert.Equal(top[1], top[0]);
                RequireComplete(values, opponents, low, high, places[0][..wide], above[0] - 1);
            }
        }
    }

    [Fact]
    public void Values_near_the_end_of_single_precision_are_not_filtered()
    {
        ScoreFilter filter = ScoreFilter.For(new MagnitudeRange(0, 1), Tasks, 0.1, 1)!;
        double[] values = [1, double.NaN, -2, double.NegativeInfinity, double.NaN, 0, 0, 0, 0, 1];
        Assert.Equal((false, -1), Look(values));
        values[3] = -1e-3;
        Assert.Equal((true, 2), Look(values)); // those that are not numbers; all others lie above or below
        values[^1] = -1e6;
        Assert.True(Look(values).IsSmall);
        values[^1] = -2e6;
        Assert.Equal((true, -1), Look(values));
        values[^1] = 3e7;
        Assert.False(Look(values).IsSmall);

        (bool IsSmall, int Count) Look(double[] values)
        {
            float[] rough = new float[values.Length];
            bool isSmall = ScoreFilter.Narrow(values, rough);
            (long above, float top) = (0, 0);
            return (isSmall, filter.Find(values, rough, new int[values.Length + 8], ref above, ref top));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1001)]
    public void Normalized_values_give_the_bits_of_their_twin(int length)
    {
        double[] values = [.. TestModel.Numbers(length, length).Select((value, index) => index % 5 == 0 ? -0.0 : value)];
        foreach (MagnitudeRange range in new MagnitudeRange[] { new(0.1, 0.6), new(0.4, 0.4) })
        {
            double[] wide = TestModel.Numbers(1, length);
            double[] scalar = [.. wide];
            range.AddNormalized(values, wide);
            range.AddNormalizedScalar(values, 0, scalar);
            Assert.Equal(scalar, wide);
        }
    }

    // Whatever is within is found, and whatever is above is found or counted.
    private static void RequireComplete(double[] values, double[] opponents, double low, double high, int[] places, long above)
    {
        var competition = new ParameterCompetition([.. Enumerable.Repeat(new MagnitudeRange(0.05, 0.9), Tasks)], PcbVariant.Raw);
        double[] scores = [.. opponents];
        competition.Score(values, 0, scores);
        Assert.Empty(Enumerable.Range(0, values.Length).Where(index => scores[index] >= low && scores[index] <= high).Except(places));
        Assert.Equal(scores.Count(score => score > high), above + places.Count(place => scores[place] > high));
    }
}
