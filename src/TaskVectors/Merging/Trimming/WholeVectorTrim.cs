using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// The trimming of TIES as its authors' code has it: of each task vector as a whole everything stays that is as large as its k-th largest element,
/// k = floor(density d) + 1 of d; equal magnitudes all stay.
/// </summary>
/// <param name="densities">The share of each task vector that is kept.</param>
internal sealed class WholeVectorTrim(double[] densities)
{
    /// <summary>Begins the search for the thresholds.</summary>
    public SelectionStatistic CreateSelection(long total) =>
        new(total, densities.Select((density, model) => (model, Rank(density, total))), keepsTies: true);

    /// <summary>An upper estimate of the memory of <see cref="CreateSelection"/>.</summary>
    public long SelectionBytes(long total) => SelectionStatistic.BytesFor(total, densities.Length);

    /// <summary>For each model the largest pattern of what takes no part, once the thresholds are found.</summary>
    public long[] Bounds(SelectionStatistic selection) => [.. densities.Select((_, model) => selection.Cut(model).Bound(beforeIndex: true))];

    private static long Rank(double density, long total) => density == 0 ? 0 : Math.Min(total, (long)(density * total) + 1);
}
