using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>One head of a rotary embedding.</summary>
internal static class RotaryKernels
{
    /// <summary>(a, b) = or += (x cos - d y sin, y cos + d x sin), with the direction d of 1 or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> cosines,
        ReadOnlySpan<float> sines,
        float direction,
        Span<float> a,
        Span<float> b,
        bool accumulate)
    {
        Vector256<float> sign = Vector256.Create(direction);
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> cosine = Elementwise.Load(cosines, i);
            Vector256<float> sine = Elementwise.Load(sines, i) * sign;
            Vector256<float> first = Elementwise.Load(x, i);
            Vector256<float> second = Elementwise.Load(y, i);
            Vector256<float> left = Vector256.FusedMultiplyAdd(first, cosine, -(second * sine));
            Vector256<float> right = Vector256.FusedMultiplyAdd(second, cosine, first * sine);
            Elementwise.Store(accumulate ? left + Elementwise.Load(a, i) : left, a, i);
            Elementwise.Store(accumulate ? right + Elementwise.Load(b, i) : right, b, i);
        }

        for (; i < x.Length; i++)
        {
            float sine = sines[i] * direction;
            float left = MathF.FusedMultiplyAdd(x[i], cosines[i], -(y[i] * sine));
            float right = MathF.FusedMultiplyAdd(y[i], cosines[i], x[i] * sine);
            a[i] = left + (accumulate ? a[i] : 0);
            b[i] = right + (accumulate ? b[i] : 0);
        }
    }
}
