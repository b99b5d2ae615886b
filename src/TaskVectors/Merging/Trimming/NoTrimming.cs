using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>Every element takes part.</summary>
internal sealed class NoTrimming : Trim
{
    public override bool KeepsAll => true;

    public override void Apply<T>(MergeBlock<T> block, int model, SelectionStatistic? selection)
    {
    }
}
