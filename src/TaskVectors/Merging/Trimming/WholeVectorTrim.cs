using TaskVectors.Merging.Kernels;
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

    /// <summary>Sets to zero what takes no part.</summary>
    public static void Apply(MergeBlock block, SelectionStatistic selection)
    {
        for (int model = 0; model < block.ModelCount; model++)
        {
            MagnitudeScan.KeepWithin(block[model], block.Position, selection.Cut(model));
        }
    }

    private static long Rank(double density, long total) => density == 0 ? 0 : Math.Min(total, (long)(density * total) + 1);
}
