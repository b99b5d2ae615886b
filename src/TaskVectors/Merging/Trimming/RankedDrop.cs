using System.Collections.Concurrent;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>Drops elements at random, small ones of a row more readily than large ones.</summary>
/// <param name="samplings">What is done to each model.</param>
internal sealed class RankedDrop(RankedSampling[] samplings) : Trim
{
    // Room is lent for a block and given back: garbage of every block would be a large part of the memory taken.
    private readonly ConcurrentBag<RankedScratch> _free = [];

    public override bool NeedsRows => true;

    public override bool IsCostly => WorksInSingle;

    public override bool WorksInSingle => !samplings.Any(sampling => sampling.Divides);

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        int length = (int)block.Tensor.RowLength;
        RankedScratch scratch = Rent(length);
        for (int start = 0; start < block.Count; start += length)
        {
            samplings[model].Apply(block[model].Slice(start, length), block.First + start, block.KeyOf(model), scratch);
        }

        _free.Add(scratch);
    }

    public override (double Before, double After) Observe<T>(MergeBlock<T> block, int model, SelectionStatistic? selection, KeptBits? kept)
    {
        int length = (int)block.Tensor.RowLength;
        RankedScratch scratch = Rent(length);
        (double before, double after) = (0, 0);
        for (int start = 0; start < block.Count; start += length)
        {
            Span<T> row = block[model].Slice(start, length);
            ReadOnlySpan<ulong> words = samplings[model].Keep<T>(row, block.First + start, block.KeyOf(model), scratch);
            (double all, double left) = KeptSums.Of<T>(row, words);
            kept?.Append(words, length);
            before += all;
            after += left;
        }

        _free.Add(scratch);
        return (before, after);
    }

    private RankedScratch Rent(int length) => _free.TryTake(out RankedScratch? known) && known.Length >= length ? known : new RankedScratch(length);
}
