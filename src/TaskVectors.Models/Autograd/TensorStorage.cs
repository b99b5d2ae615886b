using System.Runtime.CompilerServices;

namespace TaskVectors.Models.Autograd;

/// <summary>A buffer that several tensors may look at; it goes back to the pool when the last of them is released.</summary>
internal sealed class TensorStorage(BufferPool pool, int count)
{
    private NativeBuffer? _buffer = pool.Rent(count);
    private int _owners = 1;

    public Span<float> Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, typeof(Tensor));
            return _buffer.Elements;
        }
    }

    public TensorStorage Share()
    {
        _ = Interlocked.Increment(ref _owners);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            NativeBuffer buffer = _buffer!;
            _buffer = null;
            pool.Return(buffer);
        }
    }
}
