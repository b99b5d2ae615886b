namespace TaskVectors.Execution.Merges;

/// <summary>
/// Merges the next units before they are asked for, while readers go through the units in order: they take the tiles of one unit after the other, so that
/// without this only one unit at a time would be worked on.
/// </summary>
/// <param name="unitCount">The number of units.</param>
/// <param name="most">How many units are merged ahead at most; 0 for none.</param>
/// <param name="merge">Merges a unit and keeps its result.</param>
/// <param name="drop">Lets the result of a unit go that nobody has asked for.</param>
internal sealed class UnitsAhead(int unitCount, int most, Action<int> merge, Action<int> drop) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _waiting = [];
    private readonly List<Task> _tasks = [];
    private int _asked = -1;
    private int _begun = -1;
    private bool _isClosed;

    /// <summary>Notes that a unit is read, and begins those behind it where it is the next one in order.</summary>
    public void Ask(int unit)
    {
        lock (_lock)
        {
            _ = _waiting.Remove(unit);
            if (unit <= _asked || _isClosed)
            {
                return;
            }

            bool isNext = unit == _asked + 1;
            _asked = unit;
            _begun = Math.Max(_begun, unit);
            foreach (int passed in _waiting.Where(waiting => waiting < unit).ToArray())
            {
                // Its tensors are not wanted, as in an edit that goes on after an interruption.
                _ = _waiting.Remove(passed);
                drop(passed);
            }

            while (isNext && _begun < Math.Min(unitCount - 1, unit + most))
            {
                Begin(++_begun);
            }
        }
    }

    /// <summary>Waits for units that are being merged; begins no more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Task.WaitAll([.. _tasks]);
    }

    private void Begin(int unit)
    {
        _ = _waiting.Add(unit);
        _ = _tasks.RemoveAll(task => task.IsCompleted);
        _tasks.Add(Task.Run(() =>
        {
            try
            {
                if (IsWaiting(unit))
                {
                    merge(unit);
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Whoever asks for the unit merges it again, and meets the error there.
            }
        }));
    }

    private bool IsWaiting(int unit)
    {
        lock (_lock)
        {
            return !_isClosed && _waiting.Contains(unit);
        }
    }
}
