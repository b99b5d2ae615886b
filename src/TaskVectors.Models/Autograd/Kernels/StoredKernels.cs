using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>Loops over weights in their storage type: the same bits as those of <see cref="Elementwise"/> over widened ones, at half the memory read.</summary>
internal static class StoredKernels
{
    /// <summary>The sum of products, in the order of <see cref="Elementwise.Dot"/>.</summary>
    public static float Dot(DType dtype, ReadOnlySpan<ushort> codes, ReadOnlySpan<float> x) => dtype == DType.BF16
        ? Dot<BFloat16StoredCodec>(codes, x)
        : Dot<Float16StoredCodec>(codes, x);

    /// <summary>y += a times the weights.</summary>
    public static void MultiplyAdd(DType dtype, float a, ReadOnlySpan<ushort> codes, Span<float> y)
    {
        if (dtype == DType.BF16)
        {
            MultiplyAdd<BFloat16StoredCodec>(a, codes, y);
        }
        else
        {
            MultiplyAdd<Float16StoredCodec>(a, codes, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<TCodec>(ReadOnlySpan<ushort> codes, ReadOnlySpan<float> x)
        where TCodec : struct, IStoredCodec
    {
        Vector256<float> a = Vector256<float>.Zero;
        Vector256<float> b = Vector256<float>.Zero;
        Vector256<float> c = Vector256<float>.Zero;
        Vector256<float> d = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - (4 * VectorMath.Lanes); i += 4 * VectorMath.Lanes)
        {
            a = Vector256.FusedMultiplyAdd(Elementwise.Load(x, i), Load<TCodec>(codes, i), a);
            b = Vector256.FusedMultiplyAdd(Elementwise.Load(x, i + 8), Load<TCodec>(codes, i + 8), b);
            c = Vector256.FusedMultiplyAdd(Elementwise.Load(x, i + 16), Load<TCodec>(codes, i + 16), c);
            d = Vector256.FusedMultiplyAdd(Elementwise.Load(x, i + 24), Load<TCodec>(codes, i + 24), d);
        }

        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            a = Vector256.FusedMultiplyAdd(Elementwise.Load(x, i), Load<TCodec>(codes, i), a);
        }

        if (i < x.Length)
        {
            b = Vector256.FusedMultiplyAdd(Elementwise.LoadPart(x[i..]), LoadPart<TCodec>(codes[i..]), b);
        }

        return VectorMath.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAdd<TCodec>(float a, ReadOnlySpan<ushort> codes, Span<float> y)
        where TCodec : struct, IStoredCodec
    {
        Vector256<float> factor = Vector256.Create(a);
        int i = 0;
        for (; i <= y.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Elementwise.Store(Vector256.FusedMultiplyAdd(factor, Load<TCodec>(codes, i), Elementwise.Load(y, i)), y, i);
        }

        if (i < y.Length)
        {
            Elementwise.StorePart(Vector256.FusedMultiplyAdd(factor, LoadPart<TCodec>(codes[i..]), Elementwise.LoadPart(y[i..])), y[i..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load<TCodec>(ReadOnlySpan<ushort> codes, int index)
        where TCodec : struct, IStoredCodec => TCodec.Widen(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)index));

    /// <summary>Fewer than eight elements, and zeros.</summary>
    private static Vector256<float> LoadPart<TCodec>(ReadOnlySpan<ushort> codes)
        where TCodec : struct, IStoredCodec
    {
        Span<ushort> padded = stackalloc ushort[VectorMath.Lanes];
        padded.Clear();
        codes.CopyTo(padded);
        return Load<TCodec>(padded, 0);
    }
}
