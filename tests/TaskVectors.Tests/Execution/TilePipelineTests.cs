using TaskVectors.Execution.Tiles;

namespace TaskVectors.Tests.Execution;

/// <summary>The lanes of a pipeline end together, whatever happens to one of them.</summary>
public class TilePipelineTests
{
    private const int TileElements = 10;

    [Fact]
    public void Tiles_cover_every_element_of_every_tensor_once_and_in_order()
    {
        long[] elements = [0, 1, 9, 10, 11, 35, 0, 20];
        var queue = new TileQueue(elements, TileElements);
        long[] covered = new long[elements.Length];
        int last = 0;
        while (queue.TryTake(out Tile tile))
        {
            Assert.True(tile.Tensor >= last);
            last = tile.Tensor;
            Assert.Equal(covered[tile.Tensor], tile.First);
            covered[tile.Tensor] += tile.Count;
        }

        Assert.Equal(elements, covered);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70)]
    [InlineData(990)]
    public async Task A_lane_that_fails_ends_the_others(long failing)
    {
        var queue = new TileQueue([1_000_000_000], TileElements);
        Task run = TilePipeline.RunAsync(queue, 8, _ => new Lane(tile =>
        {
            if (tile.First == failing)
            {
                throw new InvalidTimeZoneException();
            }
        }), CancellationToken.None);
        _ = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => run.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_lane_that_cannot_be_made_ends_the_others()
    {
        var queue = new TileQueue([1_000_000], TileElements);
        int made = 0;
        Task run = TilePipeline.RunAsync(
            queue, 4, _ => Interlocked.Increment(ref made) == 3 ? throw new InvalidTimeZoneException() : new Lane(_ => { }), CancellationToken.None);
        _ = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => run.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Cancelling_ends_a_run_with_that_exception()
    {
        using var cancellation = new CancellationTokenSource();
        var queue = new TileQueue([1_000_000], TileElements);
        Task run = TilePipeline.RunAsync(queue, 3, _ => new Lane(_ => cancellation.Cancel()), cancellation.Token);
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private sealed class Lane(Action<Tile> process) : ITileLane
    {
        public void Process(Tile tile) => process(tile);
    }
}
