namespace TaskVectors.Execution.Tiles;

/// <summary>
/// How the memory budget is divided. A lane holds one tile of every input and of the output; more lanes than threads keep the disk
/// busy while others compute. The tile is a whole number of groups, so that results, statistics and hashes do not depend on the division.
/// </summary>
/// <param name="Lanes">The number of lanes, at least 1.</param>
/// <param name="TileElements">The elements of a tile, a multiple of <see cref="GroupElements"/>.</param>
/// <param name="BytesPerLane">The buffers of one lane.</param>
internal sealed record LaneBudget(int Lanes, int TileElements, long BytesPerLane)
{
    /// <summary>The elements that are decoded, summed and encoded together while they lie in the first-level cache.</summary>
    public const int BlockElements = 1024;

    /// <summary>The elements whose statistics are kept as one; the fewest of a tile.</summary>
    public const int GroupElements = 32 * BlockElements;

    /// <summary>The most elements of a tile.</summary>
    public const int LargestTile = 128 * 1024;

    /// <summary>The lanes beyond the number of threads.</summary>
    public const int ExtraLanes = 2;

    private const int LargestElementBytes = 8;

    public long TotalBytes => Lanes * BytesPerLane;

    /// <summary>Divides a budget.</summary>
    /// <param name="memory">The budget in bytes.</param>
    /// <param name="threads">How many tiles are computed at once.</param>
    /// <param name="streams">The most tensors a tile involves: the inputs of a tensor and the output.</param>
    public static LaneBudget Divide(long memory, int threads, int streams)
    {
        int lanes = threads + ExtraLanes;
        int tile = LargestTile;
        while (tile > GroupElements && lanes * Cost(tile) > memory)
        {
            if (lanes > 2 && tile <= LargestTile / 4)
            {
                lanes--;
            }
            else
            {
                tile /= 2;
            }
        }

        while (lanes > 1 && lanes * Cost(tile) > memory)
        {
            lanes--;
        }

        return new LaneBudget(lanes, tile, Cost(tile));

        long Cost(int elements) => (long)elements * LargestElementBytes * streams + 2L * BlockElements * sizeof(double);
    }
}
