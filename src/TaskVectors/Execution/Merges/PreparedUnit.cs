using System.Collections.Immutable;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>A unit of a merge and where its tensors are.</summary>
/// <param name="Unit">The unit as the method sees it.</param>
/// <param name="Places">The index of each of its tensors in the aligned vectors.</param>
internal sealed record PreparedUnit(MergeUnit Unit, ImmutableArray<int> Places)
{
    /// <summary>The bytes of the merged values in F64.</summary>
    public long ResultBytes => Unit.Tensors.Sum(tensor => tensor.Shape.ElementCount * sizeof(double));

    /// <summary>The tiles its tensors are read in, at the largest size of a tile.</summary>
    public long TileCount => Unit.Tensors.Sum(tensor => Math.Max(1, (tensor.Shape.ElementCount + LaneBudget.LargestTile - 1) / LaneBudget.LargestTile));
}
