using System.Runtime.InteropServices;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd;

/// <summary>The elements of a weight in a storage type of 16 bits, in native memory. Not cleared when made.</summary>
internal sealed class StoredElements : IDisposable
{
    private readonly BufferPool _pool;
    private readonly int _count;
    private NativeBuffer? _buffer;

    public StoredElements(BufferPool pool, DType dtype, int count)
    {
        if (!IsSupported(dtype))
        {
            throw new ArgumentException($"Elements of {dtype.Name()} are not kept as they are stored.", nameof(dtype));
        }

        _pool = pool;
        _count = count;
        _buffer = pool.Rent((int)(((long)count + 1) / 2));
        DType = dtype;
    }

    /// <summary><see cref="DType.BF16"/> or <see cref="DType.F16"/>.</summary>
    public DType DType { get; }

    /// <summary>One code an element.</summary>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public Span<ushort> Codes => MemoryMarshal.Cast<float, ushort>((_buffer ?? throw new ObjectDisposedException(nameof(Tensor))).Elements)[.._count];

    public static bool IsSupported(DType dtype) => dtype is DType.BF16 or DType.F16;

    /// <summary>Widens a run of elements, exactly.</summary>
    public void Widen(int start, Span<float> target) => TensorConverter.Decode(DType, MemoryMarshal.AsBytes(Codes.Slice(start, target.Length)), target);

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _pool.Return(buffer);
        }
    }
}
