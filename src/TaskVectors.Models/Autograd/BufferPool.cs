using System.Numerics;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// Lends native buffers and takes them back. Sizes are rounded up to eighths of a power of two, so that buffers fit again although
/// batches differ; what lies idle is bounded, so that memory follows the work at hand.
/// </summary>
internal sealed class BufferPool : IDisposable
{
    private const int SmallestCapacity = 64;
    private const int StepsPerOctave = 8;

    /// <summary>Elements that may lie idle whatever is in use: 64 MiB.</summary>
    private const long IdleFloor = 1L << 24;

    private readonly Dictionary<int, Stack<NativeBuffer>> _idle = [];
    private readonly Lock _lock = new();
    private long _idleElements;
    private long _lentElements;
    private bool _isDisposed;

    /// <summary>Bytes lent out now.</summary>
    public long LentBytes => Volatile.Read(ref _lentElements) * sizeof(float);

    /// <summary>The most bytes that were lent out and idle at one time.</summary>
    public long PeakBytes { get; private set; }

    public NativeBuffer Rent(int count)
    {
        int capacity = RoundUp(count);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _lentElements += capacity;
            if (_idle.TryGetValue(capacity, out Stack<NativeBuffer>? stack) && stack.TryPop(out NativeBuffer? buffer))
            {
                _idleElements -= capacity;
                return buffer;
            }

            if (_idleElements + capacity > Math.Max(IdleFloor, _lentElements / 4))
            {
                FreeIdle();
            }

            PeakBytes = Math.Max(PeakBytes, (_lentElements + _idleElements) * sizeof(float));
        }

        return new NativeBuffer(capacity);
    }

    public void Return(NativeBuffer buffer)
    {
        lock (_lock)
        {
            _lentElements -= buffer.Capacity;
            if (_isDisposed)
            {
                buffer.Dispose();
                return;
            }

            if (!_idle.TryGetValue(buffer.Capacity, out Stack<NativeBuffer>? stack))
            {
                _idle.Add(buffer.Capacity, stack = new Stack<NativeBuffer>());
            }

            stack.Push(buffer);
            _idleElements += buffer.Capacity;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            FreeIdle();
        }
    }

    private static int RoundUp(int count)
    {
        if (count <= SmallestCapacity)
        {
            return SmallestCapacity;
        }

        int step = Math.Max(1, (int)(BitOperations.RoundUpToPowerOf2((uint)count) / 2 / StepsPerOctave));
        return (int)Math.Min(int.MaxValue - 63L, (count + (long)step - 1) / step * step);
    }

    private void FreeIdle()
    {
        foreach (Stack<NativeBuffer> stack in _idle.Values)
        {
            while (stack.TryPop(out NativeBuffer? buffer))
            {
                buffer.Dispose();
            }
        }

        _idleElements = 0;
    }
}
