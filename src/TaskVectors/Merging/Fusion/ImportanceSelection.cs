using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Fusion;

/// <summary>Finds ranks of the importance of elements.</summary>
internal sealed class ImportanceSelection(RowImportance importance, long total, IEnumerable<(int Series, long Rank)> targets) : SelectionStatistic(total, targets)
{
    protected override ReadOnlySpan<double> Values(MergeBlock block, int series, Span<double> buffer)
    {
        importance.Find(block, buffer);
        return buffer;
    }
}
