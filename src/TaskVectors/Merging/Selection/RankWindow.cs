namespace TaskVectors.Merging.Selection;

/// <summary>Where a sample says that the k-th largest magnitude lies: four standard deviations to either side, and some.</summary>
/// <param name="Low">The smallest pattern of the window.</param>
/// <param name="High">The largest pattern of the window.</param>
/// <param name="Share">The share of all elements expected within.</param>
/// <param name="Pivots">Patterns in the window that the sample holds several times, ascending.</param>
internal readonly record struct RankWindow(long Low, long High, double Share, long[] Pivots)
{
    private const int MostPivots = 64;
    private const int FewTimes = 3;

    /// <summary>Chooses the window by a sample of the patterns, which is reordered.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="fraction">k as a share of all elements.</param>
    public static RankWindow Of(Span<long> sample, double fraction)
    {
        double middle = sample.Length * (1 - fraction);
        double margin = (4 * Math.Sqrt(sample.Length * fraction * (1 - fraction))) + 16;
        int first = (int)Math.Floor(middle - margin);
        int last = (int)Math.Ceiling(middle + margin);
        long low = QuickSelect.Largest(sample, sample.Length - Math.Max(first, 0));
        long high = QuickSelect.Largest(sample, sample.Length - Math.Min(last, sample.Length - 1));
        return new RankWindow(
            first < 0 ? 0 : low, last >= sample.Length ? long.MaxValue : high, (last - first) / (double)sample.Length, Repeated(sample, low, high));
    }

    private static long[] Repeated(ReadOnlySpan<long> sample, long low, long high)
    {
        (List<long> between, int equalLow, int equalHigh) = Within(sample, low, high);
        between.Sort();
        List<(long Pattern, int Count)> counts = CountsOf([.. between]);
        counts.Add((low, equalLow));
        if (low < high)
        {
            counts.Add((high, equalHigh));
        }

        return [.. counts.Where(value => value.Count > FewTimes).OrderByDescending(value => value.Count).Take(MostPivots).Select(value => value.Pattern).Order()];
    }

    // The ends may be a good part of all, which need not be sorted.
    private static (List<long> Between, int EqualLow, int EqualHigh) Within(ReadOnlySpan<long> sample, long low, long high)
    {
        var between = new List<long>();
        (int equalLow, int equalHigh) = (0, 0);
        foreach (long pattern in sample)
        {
            equalLow += pattern == low ? 1 : 0;
            equalHigh += pattern == high ? 1 : 0;
            if (pattern > low && pattern < high)
            {
                between.Add(pattern);
            }
        }

        return (between, equalLow, equalHigh);
    }

    private static List<(long Pattern, int Count)> CountsOf(ReadOnlySpan<long> ascending)
    {
        var counts = new List<(long Pattern, int Count)>();
        for (int start = 0; start < ascending.Length;)
        {
            int end = start;
            while (end < ascending.Length && ascending[end] == ascending[start])
            {
                end++;
            }

            counts.Add((ascending[start], end - start));
            start = end;
        }

        return counts;
    }
}
