using System.Numerics;
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
        long[] patterns = new long[width];
        for (int first = 0; first < block.Count; first += width)
        {
            Span<T> run = block[model].Slice(first, width);
            MagnitudeCut outer = CutOf<T>(run, dropped + kept, patterns);
            MagnitudeCut inner = CutOf<T>(run, dropped, patterns);
            for (int index = 0; index < width; index++)
            {
                long pattern = MagnitudeCut.PatternOf(run[index]);
                run[index] = outer.Contains(pattern, index) && !inner.Contains(pattern, index) ? run[index] : T.Zero;
            }
        }
    }

    private static MagnitudeCut CutOf<T>(ReadOnlySpan<T> run, int rank, long[] patterns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rank == 0 || rank >= run.Length)
        {
            return rank == 0 ? MagnitudeCut.None : MagnitudeCut.All;
        }

        for (int index = 0; index < run.Length; index++)
        {
            patterns[index] = MagnitudeCut.PatternOf(run[index]);
        }

        long pattern = QuickSelect.Largest(patterns, rank);
        int remaining = rank;
        foreach (T value in run)
        {
            remaining -= MagnitudeCut.PatternOf(value) > pattern ? 1 : 0;
        }

        int end = 0;
        for (; remaining > 0; end++)
        {
            remaining -= MagnitudeCut.PatternOf(run[end]) == pattern ? 1 : 0;
        }

        return new MagnitudeCut(pattern, end);
    }
}
