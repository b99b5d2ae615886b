namespace TaskVectors.Execution;

/// <summary>
/// Lets the lanes that work on tiles of one tensor deliver them in order, whichever is ready first. No lane waits for ever: tiles are
/// handed out in order, so an earlier tile is always in the hands of a running lane.
/// </summary>
internal sealed class TileTurns
{
    private readonly object _turn = new();
    private long _next;

    /// <summary>Waits for the tile's turn, runs the action, and lets the next tile go.</summary>
    public void Take(long ordinal, Action action, CancellationToken cancellationToken)
    {
        lock (_turn)
        {
            while (_next != ordinal)
            {
                // The lane whose turn it is may have failed: the timeout lets the others notice.
                _ = Monitor.Wait(_turn, millisecondsTimeout: 50);
                cancellationToken.ThrowIfCancellationRequested();
            }

            action();
            _next = ordinal + 1;
            Monitor.PulseAll(_turn);
        }
    }
}
