namespace TaskVectors.Execution.Tiles;

/// <summary>
/// Runs lanes over a queue of tiles. Each lane is a thread with buffers of its own that reads, computes and writes one tile
/// after another; with more lanes than processors, reading, arithmetic and writing overlap.
/// </summary>
internal static class TilePipeline
{
    /// <param name="queue">The tiles.</param>
    /// <param name="lanes">The number of lanes.</param>
    /// <param name="createLane">Makes a lane; called on the lane's own thread.</param>
    /// <param name="cancellationToken">Stops all lanes between tiles.</param>
    public static async Task RunAsync(TileQueue queue, int lanes, Func<CancellationToken, ITileLane> createLane, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = new Task[lanes];
        for (int lane = 0; lane < lanes; lane++)
        {
            running[lane] = Task.Factory.StartNew(() => Run(queue, createLane, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Task all = Task.WhenAll(running);
        await ((Task)all.ContinueWith(static _ => { }, TaskScheduler.Default)).ConfigureAwait(false);
        Exception[] failures = [.. all.Exception?.InnerExceptions ?? []];
        if (failures.FirstOrDefault(failure => failure is not OperationCanceledException) is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static void Run(TileQueue queue, Func<CancellationToken, ITileLane> createLane, CancellationTokenSource stop)
    {
        try
        {
            ITileLane lane = createLane(stop.Token);
            while (!stop.IsCancellationRequested && queue.TryTake(out Tile tile))
            {
                lane.Process(tile);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }
}
