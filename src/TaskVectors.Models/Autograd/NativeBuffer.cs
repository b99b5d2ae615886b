using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TaskVectors.Models.Autograd;

/// <summary>F32 elements in native memory, aligned to a cache line. Not cleared when made.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64;

    private float* _elements;

    public NativeBuffer(int capacity)
    {
        Capacity = capacity;
        _elements = (float*)NativeMemory.AlignedAlloc((nuint)capacity * sizeof(float), Alignment);
    }

    ~NativeBuffer() => Free();

    public int Capacity { get; }

    public Span<float> Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(_elements is null, this);
            return new Span<float>(_elements, Capacity);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_elements);
        _elements = null;
    }
}
