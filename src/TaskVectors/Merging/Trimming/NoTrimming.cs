using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Trimming;

/// <summary>Every element takes part.</summary>
internal sealed class NoTrimming : Trim
{
    public override bool KeepsAll => true;

    public override void Apply(MergeBlock block, int model, SelectionStatistic? selection)
    {
    }
}
