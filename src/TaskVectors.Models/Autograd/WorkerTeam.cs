using System.Runtime.ExceptionServices;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// A fixed number of threads that share loops. Work is cut into contiguous parts by the number of threads alone, so results do not depend
/// on timing. Threads wait a few microseconds actively before they sleep: operations of a model follow each other closely.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private const int ActiveWaits = 2000;

    private readonly Worker[] _workers;
    private Action<int>? _job;
    private int _generation;
    private int _pending;
    private bool _isRunning;
    private volatile bool _isStopped;
    private ExceptionDispatchInfo? _failure;

    public WorkerTeam(int threads)
    {
        Threads = threads;
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
        _pending = _workers.Length;
        _ = Interlocked.Increment(ref _generation);
        foreach (Worker worker in _workers)
        {
            worker.Wake();
        }

        try
        {
            body(0);
        }
        finally
        {
            WaitForWorkers();
            _job = null;
            _isRunning = false;
        }

        _failure?.Throw();
    }

    public void Dispose()
    {
        _isStopped = true;
        _ = Interlocked.Increment(ref _generation);
        foreach (Worker worker in _workers)
        {
            worker.Wake();
        }
    }

    private void WaitForWorkers()
    {
        int waits = 0;
        while (Volatile.Read(ref _pending) > 0)
        {
            if (++waits < ActiveWaits)
            {
                Thread.SpinWait(8);
            }
            else
            {
                _ = Thread.Yield();
            }
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly WorkerTeam _team;
        private readonly int _part;
        private readonly SemaphoreSlim _signal = new(0);
        private int _isAsleep;

        public Worker(WorkerTeam team, int part)
        {
            _team = team;
            _part = part;
            new Thread(Loop) { IsBackground = true, Name = $"TaskVectors worker {part}" }.Start();
        }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
            {
                _ = _signal.Release();
            }
        }

        public void Dispose() => _signal.Dispose();

        private void Loop()
        {
            int seen = 0;
            while (true)
            {
                AwaitChange(seen);
                seen = Volatile.Read(ref _team._generation);
                if (_team._isStopped)
                {
                    Dispose();
                    return;
                }

                try
                {
                    _team._job!(_part);
                }
                catch (Exception failure)
                {
                    // Thrown again where the loop was started.
                    _team._failure = ExceptionDispatchInfo.Capture(failure);
                }

                _ = Interlocked.Decrement(ref _team._pending);
            }
        }

        private void AwaitChange(int seen)
        {
            for (int waits = 0; Volatile.Read(ref _team._generation) == seen; waits++)
            {
                if (waits < ActiveWaits)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                _ = Interlocked.Exchange(ref _isAsleep, 1);
                if (Volatile.Read(ref _team._generation) == seen || Interlocked.Exchange(ref _isAsleep, 0) == 0)
                {
                    _signal.Wait();
                }

                waits = 0;
            }
        }
    }
}
