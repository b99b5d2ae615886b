using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>Products of spans, element by element.</summary>
internal static class Products
{
    /// <summary>z = x y, or z += x y; z may be x or y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z, bool accumulate = false)
    {
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> product = Elementwise.Load(x, i) * Elementwise.Load(y, i);
            Elementwise.Store(accumulate ? product + Elementwise.Load(z, i) : product, z, i);
        }

        for (; i < x.Length; i++)
        {
            z[i] = (x[i] * y[i]) + (accumulate ? z[i] : 0);
        }
    }
}
