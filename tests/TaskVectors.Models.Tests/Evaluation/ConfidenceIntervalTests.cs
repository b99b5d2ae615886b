using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Tests.Evaluation;

public sealed class ConfidenceIntervalTests
{
    // Computed from Wilson's formula in F64 by another program; 1e-12 leaves room for the order of operations.
    [Theory]
    [InlineData(8, 10, 0.4901624715366418, 0.9433178485456248)]
    [InlineData(0, 10, 0, 0.2775327998628892)]
    [InlineData(10, 10, 0.7224672001371108, 1)]
    [InlineData(1522, 2000, 0.7418202236895426, 0.7791790776296434)]
    public void A_share_has_the_interval_of_Wilson(int successes, int count, double low, double high)
    {
        ConfidenceInterval interval = ConfidenceIntervals.Wilson(successes, count);

        Assert.Equal(low, interval.Low, 1e-12);
        Assert.Equal(high, interval.High, 1e-12);
    }

    [Fact]
    public void A_mean_has_about_the_interval_of_the_normal_distribution()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => Math.Sin(i * 1.7) + (0.001 * i))];
        double mean = values.Average();
        double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length / values.Length);

        ConfidenceInterval interval = ConfidenceIntervals.Bootstrap(values, null, 3, "loss");

        // A quantile of 1,000 draws has a standard error of about 0.08 standard errors of the mean; five of these are allowed.
        Assert.Equal(mean - (1.96 * error), interval.Low, 0.4 * error);
        Assert.Equal(mean + (1.96 * error), interval.High, 0.4 * error);
    }

    [Fact]
    public void Draws_depend_on_seed_and_name_alone()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => Math.Cos(i * 0.9))];
        ConfidenceInterval interval = ConfidenceIntervals.Bootstrap(values, null, 1, "loss");

        Assert.Equal(interval, ConfidenceIntervals.Bootstrap(values, null, 1, "loss"));
        Assert.NotEqual(interval, ConfidenceIntervals.Bootstrap(values, null, 2, "loss"));
        Assert.NotEqual(interval, ConfidenceIntervals.Bootstrap(values, null, 1, "other"));
    }

    [Fact]
    public void Weights_make_the_ratio_of_sums()
    {
        double[] weights = [.. Enumerable.Range(1, 30).Select(i => (double)i)];
        double[] totals = [.. weights.Select(weight => 0.25 * weight)];

        ConfidenceInterval interval = ConfidenceIntervals.Bootstrap(totals, weights, 0, "loss");

        Assert.Equal(new ConfidenceInterval(0.25, 0.25), interval);
    }
}
