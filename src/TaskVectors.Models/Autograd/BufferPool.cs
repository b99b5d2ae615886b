using System.Numerics;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// Lends native buffers and takes them back. Sizes are rounded up to eighths of a power of two, and a buffer up to twice as large will do, so that
/// memory is used again although batches differ. What is held never exceeds what was needed at one time, by more than a little.
/// </summary>
internal sealed class BufferPool : IDisposable
{
    private const int SmallestBits = 6;
    private const int StepsPerOctave = 8;
    private const int Classes = (31 - SmallestBits) * StepsPerOctave;

    /// <summary>Elements that may lie idle beyond the largest need so far: 64 MiB.</summary>
    private const long Slack = 1L << 24;

    private readonly Stack<NativeBuffer>[] _idle = [.. Enumerable.Range(0, Classes + 1).Select(_ => new Stack<NativeBuffer>())];
    private readonly Lock _lock = new();
    private long _idleElements;
    private long _lentElements;
    private long _peakLent;
    private bool _isDisposed;

    /// <summary>Bytes lent out now.</summary>
    public long LentBytes => Volatile.Read(ref _lentElements) * sizeof(float);

    /// <summary>The most bytes that were lent out and idle at one time.</summary>
    public long PeakBytes { get; private set; }

    public NativeBuffer Rent(int count)
    {
        int sizeClass = ClassOf(count);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            for (int candidate = sizeClass; candidate <= Math.Min(Classes, sizeClass + StepsPerOctave); candidate++)
            {
                if (_idle[candidate].TryPop(out NativeBuffer? buffer))
                {
                    _idleElements -= buffer.Capacity;
                    Lend(buffer.Capacity);
                    return buffer;
                }
            }

            Lend(CapacityOf(sizeClass));
            FreeIdle(Math.Max(_peakLent, _lentElements + Slack) - _lentElements);
            PeakBytes = Math.Max(PeakBytes, (_lentElements + _idleElements) * sizeof(float));
        }

        return new NativeBuffer(CapacityOf(sizeClass));
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

            _idle[ClassOf(buffer.Capacity)].Push(buffer);
            _idleElements += buffer.Capacity;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            FreeIdle(0);
        }
    }

    /// <summary>The smallest class whose buffers hold a number of elements: an octave above 64 and an eighth of it.</summary>
    internal static int ClassOf(int count)
    {
        if (count <= 1 << SmallestBits)
        {
            return 0;
        }

        int octave = BitOperations.Log2((uint)(count - 1));
        int step = ((count - 1) >> (octave - 3)) & (StepsPerOctave - 1);
        return ((octave - SmallestBits) * StepsPerOctave) + step + 1;
    }

    internal static int CapacityOf(int sizeClass)
    {
        (int octave, int step) = (sizeClass / StepsPerOctave, sizeClass % StepsPerOctave);
        return (int)Math.Min(int.MaxValue - 63L, (long)(StepsPerOctave + step) << (octave + SmallestBits - 3));
    }

    private void Lend(int capacity)
    {
        _lentElements += capacity;
        _peakLent = Math.Max(_peakLent, _lentElements);
    }

    /// <summary>Frees idle buffers, the largest first, until no more than a number of elements lies idle.</summary>
    private void FreeIdle(long limit)
    {
        for (int sizeClass = Classes; sizeClass >= 0 && _idleElements > limit; sizeClass--)
        {
            while (_idleElements > limit && _idle[sizeClass].TryPop(out NativeBuffer? buffer))
            {
                _idleElements -= buffer.Capacity;
                buffer.Dispose();
            }
        }
    }
}
