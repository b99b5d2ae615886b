using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>What was measured on a run of elements of a tensor.</summary>
internal readonly record struct BlockStatistics(EditStatistics Statistics, long Saturated)
{
    /// <summary>The statistics of two runs of elements together. Addition rounds, so add in a fixed order.</summary>
    public static BlockStatistics operator +(BlockStatistics left, BlockStatistics right) =>
        new(left.Statistics + right.Statistics, left.Saturated + right.Saturated);
}
