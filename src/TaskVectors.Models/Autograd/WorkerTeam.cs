using System.Runtime.ExceptionServices;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// A fixed number of threads that share loops. Work is cut into contiguous parts by the number of threads alone, so results do not depend
/// on timing, nor on which thread takes which part: on a busy machine the caller does what the others do not come to. Threads wait a fraction
/// of a millisecond actively before they sleep: operations of a model follow each other closely.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly Worker[] _workers;
    private readonly Waiter _finished = new();
    private readonly Func<bool> _isFinished;
    private Action<int>? _job;

    // The number of the loop in the upper half, the next part that nobody has taken in the lower one: a thread that comes late cannot take a part
    // of a loop it has not seen.
    private long _next;
    private int _pending;
    private bool _isRunning;
    private volatile bool _isStopped;
    private ExceptionDispatchInfo? _failure;

    public WorkerTeam(int threads)
    {
        Threads = threads;
        _next = threads;
        _isFinished = IsFinished;
        _workers = new Worker[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker(this, i + 1);
        }
    }

    public int Threads { get; }

    /// <summary>Calls the body once with each range of a partition of [0, count); ranges shorter than <paramref name="least"/> are joined.</summary>
    public void For(int count, int least, Action<int, int> body)
    {
        int parts = (int)Math.Clamp(count / (long)Math.Max(1, least), 1, Threads);
        if (parts == 1)
        {
            if (count > 0)
            {
                body(0, count);
            }

            return;
        }

        Run(part =>
        {
            if (part < parts)
            {
                body((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));
            }
        });
    }

    /// <summary>Calls the body once a thread with 0, 1, ...; a call from within a body runs all parts in turn.</summary>
    public void Run(Action<int> body)
    {
        if (_workers.Length == 0 || _isRunning)
        {
            for (int part = 0; part < Threads; part++)
            {
                body(part);
            }

            return;
        }

        _isRunning = true;
        _failure = null;
        _job = body;
        _pending = Threads;

        // The caller takes the first part at once, so that as a rule each thread has the same part of every loop, and in its cache what it needs.
        _ = Interlocked.Exchange(ref _next, ((_next >> 32) + 1 << 32) | 1);
        foreach (Worker worker in _workers)
        {
            worker.Wake();
        }

        RunPart(0);
        RunOpenParts();
        _finished.Wait(_isFinished);
        _job = null;
        _isRunning = false;
        _failure?.Throw();
    }

    public void Dispose()
    {
        _isStopped = true;
        foreach (Worker worker in _workers)
        {
            worker.Wake();
        }

        _finished.Dispose();
    }

    private void RunOpenParts()
    {
        while (true)
        {
            long next = Volatile.Read(ref _next);
            if ((int)next >= Threads)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _next, next + 1, next) == next)
            {
                RunPart((int)next);
            }
        }
    }

    private void RunPart(int part)
    {
        try
        {
            _job!(part);
        }
        catch (Exception failure)
        {
            // Thrown again where the loop was started.
            _ = Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }

        if (Interlocked.Decrement(ref _pending) == 0)
        {
            _finished.Wake();
        }
    }

    private bool IsFinished() => Volatile.Read(ref _pending) == 0;

    private bool HasWork() => _isStopped || (int)Volatile.Read(ref _next) < Threads;

    /// <summary>One thread that waits: actively at first, then asleep, so that a thread it waits for can have its processor.</summary>
    private sealed class Waiter : IDisposable
    {
        private const int ActiveWaits = 600;

        private readonly SemaphoreSlim _signal = new(0);
        private int _isAsleep;

        public void Wait(Func<bool> condition)
        {
            for (int waits = 0; !condition(); waits++)
            {
                if (waits < ActiveWaits)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                _ = Interlocked.Exchange(ref _isAsleep, 1);
                if (!condition() || Interlocked.Exchange(ref _isAsleep, 0) == 0)
                {
                    _signal.Wait();
                }

                waits = 0;
            }
        }

        /// <summary>To be called after the condition has become true.</summary>
        public void Wake()
        {
            if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
            {
                _ = _signal.Release();
            }
        }

        public void Dispose() => _signal.Dispose();
    }

    private sealed class Worker : IDisposable
    {
        private readonly WorkerTeam _team;
        private readonly Waiter _waiter = new();

        public Worker(WorkerTeam team, int part)
        {
            _team = team;
            new Thread(Loop) { IsBackground = true, Name = $"TaskVectors worker {part}" }.Start();
        }

        public void Wake() => _waiter.Wake();

        public void Dispose() => _waiter.Dispose();

        private void Loop()
        {
            Func<bool> hasWork = _team.HasWork;
            while (true)
            {
                _waiter.Wait(hasWork);
                if (_team._isStopped)
                {
                    Dispose();
                    return;
                }

                _team.RunOpenParts();
            }
        }
    }
}
