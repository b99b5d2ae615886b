namespace TaskVectors.Decomposition.Parts;

/// <summary>Hands out parts of a memory budget; who asks for more than is left waits for others to give theirs back.</summary>
internal sealed class MemoryGate(long budget)
{
    private readonly object _change = new();
    private long _left = budget;

    /// <summary>Takes a part, which must not exceed the whole budget; disposing of the result gives it back.</summary>
    public IDisposable Take(long bytes, CancellationToken cancellationToken)
    {
        lock (_change)
        {
            while (_left < bytes)
            {
                // Cancellation cannot wake a waiter: the timeout lets it notice.
                _ = Monitor.Wait(_change, millisecondsTimeout: 50);
                cancellationToken.ThrowIfCancellationRequested();
            }

            _left -= bytes;
        }

        return new Part(this, bytes);
    }

    private void Return(long bytes)
    {
        lock (_change)
        {
            _left += bytes;
            Monitor.PulseAll(_change);
        }
    }

    private sealed class Part(MemoryGate gate, long bytes) : IDisposable
    {
        public void Dispose() => gate.Return(bytes);
    }
}
