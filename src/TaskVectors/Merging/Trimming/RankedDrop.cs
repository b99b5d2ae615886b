using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>Drops elements at random, small ones of a row more readily than large ones.</summary>
/// <param name="samplings">What is done to each model.</param>
internal sealed class RankedDrop(RankedSampling[] samplings) : Trim
{
    public override bool NeedsRows => true;

    public override bool IsCostly => true;

    public override bool WorksInSingle => !samplings.Any(sampling => sampling.Divides);

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
        int length = (int)block.Tensor.RowLength;
        using var scratch = new RankedScratch(length);
        for (int start = 0; start < block.Count; start += length)
        {
            samplings[model].Apply(block[model].Slice(start, length), block.First + start, block.KeyOf(model), scratch);
        }
    }
}
