using System.Collections.Concurrent;
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
    // Room is lent for a block and given back: garbage of every block would be a large part of the memory taken.
    private readonly ConcurrentBag<BandSelection> _free = [];

    public override bool NeedsRows => true;

    public override bool IsCostly => true;

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        (int width, int dropped, int kept) = BandOf(block.Tensor, model);
        BandSelection band = Rent(width);
        for (int first = 0; first < block.Count; first += width)
        {
            Span<T> run = block[model].Slice(first, width);
            KeptBits.Scale(run, band.Keep<T>(run, dropped, kept), T.One);
        }

        _free.Add(band);
    }

    public override (double Before, double After) Observe<T>(MergeBlock<T> block, int model, SelectionStatistic? selection, KeptBits? kept)
    {
        (int width, int dropped, int within) = BandOf(block.Tensor, model);
        BandSelection band = Rent(width);
        (double before, double after) = (0, 0);
        for (int first = 0; first < block.Count; first += width)
        {
            ReadOnlySpan<T> run = block[model].Slice(first, width);
            ReadOnlySpan<ulong> words = band.Keep(run, dropped, within);
            kept?.Append(words, width);
            (double all, double left) = RestoresSum ? KeptSums.Of(run, words) : (0, 0);
            before += all;
            after += left;
        }

        _free.Add(band);
        return (before, after);
    }

    private (int Width, int Dropped, int Kept) BandOf(MergeTensor tensor, int model)
    {
        int width = tensor.Shape.Rank == 0 ? 1 : (int)tensor.Shape[tensor.Shape.Rank - 1];
        int dropped = (int)(gammas[model] * width);
        return (width, dropped, Math.Min((int)(densities[model] * width), width - dropped));
    }

    private BandSelection Rent(int width) => _free.TryTake(out BandSelection? known) && known.Length >= width ? known : new BandSelection(width);
}
