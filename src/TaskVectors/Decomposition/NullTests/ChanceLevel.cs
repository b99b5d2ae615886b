namespace TaskVectors.Decomposition.NullTests;

/// <summary>
/// How large an eigenvalue random subspaces reach, in the limit of large dimensions: known from ranks alone, before any weight is read.
/// </summary>
public static class ChanceLevel
{
    /// <summary>
    /// The upper edge of the spectrum of random subspaces of rank r in d dimensions, f = r / d. For the mean of k free projections it is (1
    /// + (k-2) f + 2 sqrt((k-1) f (1-f))) / k (Voiculescu's free convolution), at most 1. Two random subspaces meet at most with a cosine
    /// of 2 sqrt(f (1-f)) (Wachter 1980), 1 from f = 1/2 on, which bounds T T^T by its power 2k-2 and the product by its power k.
    /// </summary>
    /// <param name="mode">The reading.</param>
    /// <param name="tasks">k, at least 2.</param>
    /// <param name="fraction">f = r / d, from 0 to 1; the mean where ranks differ.</param>
    public static double UpperEdge(DecompositionMode mode, int tasks, double fraction)
    {
        double cosine = fraction >= 0.5 ? 1 : 2 * Math.Sqrt(fraction * (1 - fraction));
        return mode switch
        {
            DecompositionMode.Sweep => Math.Pow(cosine, (2 * tasks) - 2),
            DecompositionMode.Product => Math.Pow(cosine, tasks),
            _ => MeanEdge(tasks, fraction),
        };
    }

    // From f = 1 - 1/k on, k random subspaces have directions in common that are exact.
    private static double MeanEdge(int tasks, double fraction) => fraction >= 1 - (1.0 / tasks)
        ? 1
        : Math.Min(1, (1 + ((tasks - 2) * fraction) + (2 * Math.Sqrt((tasks - 1) * fraction * (1 - fraction)))) / tasks);
}
