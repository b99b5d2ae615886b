using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging.Trimming;

/// <summary>Keeps the largest magnitudes of each tensor, and none of the very largest: a band of ranks.</summary>
/// <param name="bandOf">For the index of a model and a number of elements: how many of the largest are dropped, and how many after them are kept.</param>
internal sealed class MagnitudeTrim(Func<int, long, (long Dropped, long Kept)> bandOf) : Trim
{
    /// <summary>The factor of what is kept of each model; <see langword="null"/> for none.</summary>
    public double[]? Factors { get; init; }

    protected override bool NeedsSelection => true;

    public override double FactorOf(int model) => Factors?[model] ?? 1;

    /// <inheritdoc/>
    /// <remarks>Targets 2 i and 2 i + 1 are the two ends of the band of model i.</remarks>
    public override SelectionStatistic CreateSelection(MergeTensor tensor, int models)
    {
        long total = tensor.Shape.ElementCount;
        return new SelectionStatistic(total, Enumerable.Range(0, models).SelectMany(model => Targets(model, total)));
    }

    public override long SelectionBytes(MergeTensor tensor, int models)
    {
        long total = tensor.Shape.ElementCount;
        int searched = Enumerable.Range(0, models).SelectMany(model => Targets(model, total)).Count(target => target.Rank > 0 && target.Rank < total);
        return SelectionStatistic.BytesFor(total, searched);
    }

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        MagnitudeCut dropped = selection!.Cut(2 * model);
        MagnitudeCut kept = selection.Cut((2 * model) + 1);
        if (dropped != MagnitudeCut.None)
        {
            MagnitudeScan.KeepBetween(block[model], block.Position, dropped, kept);
        }
        else if (kept != MagnitudeCut.All)
        {
            MagnitudeScan.KeepWithin(block[model], block.Position, kept);
        }

        if (Factors is not null)
        {
            BlockMath.Scale(block[model], T.CreateTruncating(Factors[model]), block[model]);
        }
    }

    private IEnumerable<(int Series, long Rank)> Targets(int model, long total)
    {
        (long dropped, long kept) = bandOf(model, total);
        return [(model, dropped), (model, dropped + kept)];
    }
}
