using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>One vector of a norm at a time.</summary>
internal static class NormKernels
{
    /// <summary>The mean, and 1 / sqrt(variance + epsilon) with the variance from the differences to the mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Mean, float Scale) Standardize(ReadOnlySpan<float> x, float epsilon)
    {
        float mean = Elementwise.Sum(x) / x.Length;
        Vector256<float> center = Vector256.Create(mean);
        Vector256<float> even = Vector256<float>.Zero;
        Vector256<float> odd = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - (2 * VectorMath.Lanes); i += 2 * VectorMath.Lanes)
        {
            Vector256<float> first = Elementwise.Load(x, i) - center;
            Vector256<float> second = Elementwise.Load(x, i + VectorMath.Lanes) - center;
            even = Vector256.FusedMultiplyAdd(first, first, even);
            odd = Vector256.FusedMultiplyAdd(second, second, odd);
        }

        float sum = VectorMath.Sum(even + odd);
        for (; i < x.Length; i++)
        {
            float difference = x[i] - mean;
            sum = MathF.FusedMultiplyAdd(difference, difference, sum);
        }

        return (mean, 1 / MathF.Sqrt((sum / x.Length) + epsilon));
    }

    /// <summary>y = (x - mean) scale w + b, without b where it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(ReadOnlySpan<float> x, float mean, float scale, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, Span<float> y)
    {
        Vector256<float> center = Vector256.Create(mean);
        Vector256<float> factor = Vector256.Create(scale);
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> normal = (Elementwise.Load(x, i) - center) * factor;
            Vector256<float> value = bias.IsEmpty
                ? normal * Elementwise.Load(weight, i)
                : Vector256.FusedMultiplyAdd(normal, Elementwise.Load(weight, i), Elementwise.Load(bias, i));
            Elementwise.Store(value, y, i);
        }

        for (; i < x.Length; i++)
        {
            float normal = (x[i] - mean) * scale;
            y[i] = bias.IsEmpty ? normal * weight[i] : MathF.FusedMultiplyAdd(normal, weight[i], bias[i]);
        }
    }

    /// <summary>weightSums += dy (x - mean) scale, biasSums += dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWeightGradients(
        ReadOnlySpan<float> x, ReadOnlySpan<float> dy, float mean, float scale, Span<float> weightSums, Span<float> biasSums)
    {
        Vector256<float> center = Vector256.Create(mean);
        Vector256<float> factor = Vector256.Create(scale);
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> normal = (Elementwise.Load(x, i) - center) * factor;
            Vector256<float> gradient = Elementwise.Load(dy, i);
            Elementwise.Store(Vector256.FusedMultiplyAdd(gradient, normal, Elementwise.Load(weightSums, i)), weightSums, i);
            Elementwise.Store(gradient + Elementwise.Load(biasSums, i), biasSums, i);
        }

        for (; i < x.Length; i++)
        {
            weightSums[i] = MathF.FusedMultiplyAdd(dy[i], (x[i] - mean) * scale, weightSums[i]);
            biasSums[i] += dy[i];
        }
    }

    /// <summary>
    /// dx = or += scale (g - [mean of g] - n mean of (g n)) with g = dy w and n = (x - mean) scale; the part in brackets where the norm
    /// subtracts the mean.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> dy,
        ReadOnlySpan<float> weight,
        float mean,
        float scale,
        bool centered,
        Span<float> dx,
        bool accumulate)
    {
        Vector256<float> center = Vector256.Create(mean);
        Vector256<float> factor = Vector256.Create(scale);
        Vector256<float> sums = Vector256<float>.Zero;
        Vector256<float> products = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> g = Elementwise.Load(dy, i) * Elementwise.Load(weight, i);
            sums += g;
            products = Vector256.FusedMultiplyAdd(g, (Elementwise.Load(x, i) - center) * factor, products);
        }

        float sum = VectorMath.Sum(sums);
        float product = VectorMath.Sum(products);
        for (; i < x.Length; i++)
        {
            float g = dy[i] * weight[i];
            sum += g;
            product = MathF.FusedMultiplyAdd(g, (x[i] - mean) * scale, product);
        }

        float shift = centered ? sum / x.Length : 0;
        float slope = product / x.Length;
        Vector256<float> shifts = Vector256.Create(shift);
        Vector256<float> slopes = Vector256.Create(slope);
        for (i = 0; i <= x.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> normal = (Elementwise.Load(x, i) - center) * factor;
            Vector256<float> g = Vector256.FusedMultiplyAdd(Elementwise.Load(dy, i), Elementwise.Load(weight, i), -shifts);
            Vector256<float> value = factor * Vector256.FusedMultiplyAdd(-slopes, normal, g);
            Elementwise.Store(accumulate ? value + Elementwise.Load(dx, i) : value, dx, i);
        }

        for (; i < x.Length; i++)
        {
            float normal = (x[i] - mean) * scale;
            float value = scale * ((dy[i] * weight[i]) - shift - (slope * normal));
            dx[i] = value + (accumulate ? dx[i] : 0);
        }
    }
}
