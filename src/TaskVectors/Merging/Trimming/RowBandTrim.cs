using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>
/// Keeps a band of magnitudes of each run along the last dimension, as the code of the authors of breadcrumbs does: floor(gamma w) of the largest of w are left
/// out and floor(density w) after them are kept.
/// </summary>
/// <param name="densities">The share of each run that is kept.</param>
/// <param name="gammas">The share of each run that is left out.</param>
internal sealed class RowBandTrim(double[] densities, double[] gammas) : Trim
{
    public override bool NeedsRows => true;

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        int width = block.Tensor.Shape.Rank == 0 ? 1 : (int)block.Tensor.Shape[block.Tensor.Shape.Rank - 1];
        int dropped = (int)(gammas[model] * width);
        int kept = Math.Min((int)(densities[model] * width), width - dropped);
        var ranks = new RunSelection(width);
        for (int first = 0; first < block.Count; first += width)
        {
            Span<T> run = block[model].Slice(first, width);
            ranks.Take<T>(run);
            MagnitudeCut outer = ranks.CutOf(dropped + kept);
            MagnitudeCut inner = ranks.CutOf(dropped);
            ReadOnlySpan<long> patterns = ranks.Patterns;
            for (int index = 0; index < width; index++)
            {
                run[index] = outer.Contains(patterns[index], index) && !inner.Contains(patterns[index], index) ? run[index] : T.Zero;
            }
        }
    }
}
