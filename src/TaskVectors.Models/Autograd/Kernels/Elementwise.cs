using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>Loops over spans of equal length. What is left at the end goes through a padded vector, so every element is computed alike.</summary>
/// <remarks>Kernels are optimised when first called: a short run would be over before the runtime has found that they are hot.</remarks>
internal static class Elementwise
{
    /// <summary>y = f(x); y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TKernel>(ReadOnlySpan<float> x, Span<float> y)
        where TKernel : struct, IUnaryKernel
    {
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Store(TKernel.Value(Load(x, i)), y, i);
        }

        if (i < x.Length)
        {
            StorePart(TKernel.Value(LoadPart(x[i..])), y[i..]);
        }
    }

    /// <summary>dx = f'(x) dy, or dx += f'(x) dy; dx may be dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MapGradient<TKernel>(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate)
        where TKernel : struct, IUnaryKernel
    {
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> g = TKernel.Slope(Load(x, i)) * Load(dy, i);
            Store(accumulate ? g + Load(dx, i) : g, dx, i);
        }

        if (i < x.Length)
        {
            Vector256<float> g = TKernel.Slope(LoadPart(x[i..])) * LoadPart(dy[i..]);
            StorePart(accumulate ? g + LoadPart(dx[i..]) : g, dx[i..]);
        }
    }

    /// <summary>y += x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> x, Span<float> y)
    {
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Store(Load(y, i) + Load(x, i), y, i);
        }

        for (; i < x.Length; i++)
        {
            y[i] += x[i];
        }
    }

    /// <summary>z = x + y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z)
    {
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Store(Load(x, i) + Load(y, i), z, i);
        }

        for (; i < x.Length; i++)
        {
            z[i] = x[i] + y[i];
        }
    }

    /// <summary>y += a x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAdd(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        Vector256<float> factor = Vector256.Create(a);
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Store(Vector256.FusedMultiplyAdd(factor, Load(x, i), Load(y, i)), y, i);
        }

        for (; i < x.Length; i++)
        {
            y[i] = MathF.FusedMultiplyAdd(a, x[i], y[i]);
        }
    }

    /// <summary>y = a x; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        Vector256<float> factor = Vector256.Create(a);
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Store(factor * Load(x, i), y, i);
        }

        for (; i < x.Length; i++)
        {
            y[i] = a * x[i];
        }
    }

    /// <summary>The sum of the elements, in eight interleaved parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(ReadOnlySpan<float> x)
    {
        Vector256<float> even = Vector256<float>.Zero;
        Vector256<float> odd = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - (2 * VectorMath.Lanes); i += 2 * VectorMath.Lanes)
        {
            even += Load(x, i);
            odd += Load(x, i + VectorMath.Lanes);
        }

        if (i <= x.Length - VectorMath.Lanes)
        {
            even += Load(x, i);
            i += VectorMath.Lanes;
        }

        if (i < x.Length)
        {
            odd += LoadPart(x[i..]);
        }

        return VectorMath.Sum(even + odd);
    }

    /// <summary>The sum of products, in interleaved parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Vector256<float> a = Vector256<float>.Zero;
        Vector256<float> b = Vector256<float>.Zero;
        Vector256<float> c = Vector256<float>.Zero;
        Vector256<float> d = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - (4 * VectorMath.Lanes); i += 4 * VectorMath.Lanes)
        {
            a = Vector256.FusedMultiplyAdd(Load(x, i), Load(y, i), a);
            b = Vector256.FusedMultiplyAdd(Load(x, i + 8), Load(y, i + 8), b);
            c = Vector256.FusedMultiplyAdd(Load(x, i + 16), Load(y, i + 16), c);
            d = Vector256.FusedMultiplyAdd(Load(x, i + 24), Load(y, i + 24), d);
        }

        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            a = Vector256.FusedMultiplyAdd(Load(x, i), Load(y, i), a);
        }

        if (i < x.Length)
        {
            b = Vector256.FusedMultiplyAdd(LoadPart(x[i..]), LoadPart(y[i..]), b);
        }

        return VectorMath.Sum(a + b + (c + d));
    }

    /// <summary>The largest element; negative infinity where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(ReadOnlySpan<float> x)
    {
        float largest = float.NegativeInfinity;
        int i = 0;
        if (x.Length >= VectorMath.Lanes)
        {
            Vector256<float> lanes = Load(x, 0);
            for (i = VectorMath.Lanes; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
            {
                lanes = Vector256.Max(lanes, Load(x, i));
            }

            largest = VectorMath.Max(lanes);
        }

        for (; i < x.Length; i++)
        {
            largest = MathF.Max(largest, x[i]);
        }

        return largest;
    }

    /// <summary>y = e^(a x - b), and returns the sum of y; y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ExpShifted(ReadOnlySpan<float> x, float a, float b, Span<float> y)
    {
        Vector256<float> factor = Vector256.Create(a);
        Vector256<float> shift = Vector256.Create(-b);
        Vector256<float> sum = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> e = VectorMath.Exp(Vector256.FusedMultiplyAdd(Load(x, i), factor, shift));
            sum += e;
            Store(e, y, i);
        }

        float total = VectorMath.Sum(sum);
        if (i < x.Length)
        {
            Vector256<float> e = VectorMath.Exp(Vector256.FusedMultiplyAdd(LoadPart(x[i..]), factor, shift));
            StorePart(e, y[i..]);
            for (int lane = 0; lane < x.Length - i; lane++)
            {
                total += e[lane];
            }
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ReadOnlySpan<float> values, int index) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> vector, Span<float> values, int index) =>
        vector.StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)index);

    /// <summary>Fewer than eight elements, and zeros.</summary>
    public static Vector256<float> LoadPart(ReadOnlySpan<float> values)
    {
        Span<float> padded = stackalloc float[VectorMath.Lanes];
        padded.Clear();
        values.CopyTo(padded);
        return Load(padded, 0);
    }

    /// <summary>Stores as many lanes as there is room.</summary>
    public static void StorePart(Vector256<float> vector, Span<float> values)
    {
        for (int lane = 0; lane < values.Length; lane++)
        {
            values[lane] = vector[lane];
        }
    }
}
