using TaskVectors.Tensors;

namespace TaskVectors.Models.Evaluation;

/// <summary>Intervals of 95 % confidence.</summary>
public static class ConfidenceIntervals
{
    /// <summary>The 97.5th percentile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    private const double Tail = 0.025;

    private const int Resamples = 1000;

    /// <summary>
    /// The interval of Wilson for a share p = successes / count (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927):
    /// (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). It stays between 0 and 1, also where p is one of them.
    /// </summary>
    /// <param name="successes">From 0 to the count.</param>
    /// <param name="count">At least 1.</param>
    public static ConfidenceInterval Wilson(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        double n = count;
        double p = successes / n;
        double scale = 1 + (Z * Z / n);
        double centre = (p + (Z * Z / (2 * n))) / scale;
        double half = Z / scale * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        return new ConfidenceInterval(successes == 0 ? 0 : centre - half, successes == count ? 1 : centre + half);
    }

    /// <summary>
    /// The percentile interval of the bootstrap (Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979) for a ratio of sums,
    /// sum of totals / sum of weights: 1,000 draws of as many items as there are, with replacement. Draws depend on the seed and the name alone.
    /// </summary>
    /// <param name="totals">One an item, such as the loss of an example.</param>
    /// <param name="weights">What each counts for, positive, such as its tokens; 1 each where absent, which makes the ratio a mean.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="name">The metric's name: each has draws of its own.</param>
    public static ConfidenceInterval Bootstrap(IReadOnlyList<double> totals, IReadOnlyList<double>? weights, ulong seed, string name)
    {
        ArgumentNullException.ThrowIfNull(totals);
        ArgumentOutOfRangeException.ThrowIfLessThan(totals.Count, 1);
        if (weights is not null)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Count, totals.Count);
        }

        var key = PhiloxKey.Create(seed, "bootstrap", name);
        double[] ratios = new double[Resamples];
        _ = Parallel.For(0, Resamples, resample => ratios[resample] = Draw(totals, weights, key, resample));
        Array.Sort(ratios);
        return new ConfidenceInterval(Quantile(ratios, Tail), Quantile(ratios, 1 - Tail));
    }

    private static double Draw(IReadOnlyList<double> totals, IReadOnlyList<double>? weights, PhiloxKey key, int resample)
    {
        int count = totals.Count;
        double total = 0;
        double weight = 0;
        for (int i = 0; i < count; i++)
        {
            int drawn = (int)Math.BigMul(Philox4x32.Bits(key, ((long)resample * count) + i), (ulong)count, out _);
            total += totals[drawn];
            weight += weights?[drawn] ?? 1;
        }

        return total / weight;
    }

    /// <summary>Between neighbours, in proportion.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
