namespace TaskVectors.Decomposition.Subspaces;

/// <summary>The eigenvalue above which a direction counts as shared, by mode and number of tasks k.</summary>
public static class SharedCut
{
    /// <summary>tau of the published method.</summary>
    public const double PublishedTau = 0.85;

    /// <summary>x of <see cref="FromOverlap"/> for dense fine-tunes.</summary>
    public const double DenseOverlap = 0.3;

    /// <summary>x of <see cref="FromOverlap"/> for adapters.</summary>
    public const double LoraOverlap = 0.1;

    /// <summary>
    /// Converts tau so that every mode is as strict for each task: with c the cosine that a direction shared by all has to each, the
    /// eigenvalue of the product is c^k, of T T^T c^(2k-2), of the mean (1 + (k-1) c) / k. So: product tau; sweep tau^((2k-2)/k); mean (1 +
    /// (k-1) tau^(1/k)) / k.
    /// </summary>
    /// <param name="mode">The reading.</param>
    /// <param name="tasks">k, at least 2.</param>
    /// <param name="tau">Between 0 and 1.</param>
    public static double FromTau(DecompositionMode mode, int tasks, double tau) => mode switch
    {
        DecompositionMode.Sweep => Math.Pow(tau, (2.0 * tasks - 2) / tasks),
        DecompositionMode.Mean => FromOverlap(tasks, Math.Pow(tau, 1.0 / tasks)),
        _ => tau,
    };

    /// <summary>
    /// The cut for the mean mode at which one task has a direction wholly and each of the others to a share x: (1 + (k-1) x) / k.
    /// </summary>
    /// <param name="tasks">k, at least 2.</param>
    /// <param name="overlap">x, between 0 and 1.</param>
    public static double FromOverlap(int tasks, double overlap) => (1 + ((tasks - 1) * overlap)) / tasks;

    /// <summary>
    /// The cut for the mean mode above which the number of tasks that have a direction rounds to m or more: (m - 1/2) / k.
    /// </summary>
    /// <param name="least">m.</param>
    /// <param name="tasks">k.</param>
    public static double AtLeast(int least, int tasks) => (least - 0.5) / tasks;
}
