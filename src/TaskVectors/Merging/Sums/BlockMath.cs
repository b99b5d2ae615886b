using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>Arithmetic on runs of numbers. Element by element, or in sixteen lanes and a fixed order, so that results do not depend on the processor.</summary>
internal static class BlockMath
{
    /// <summary>Sets target_i = x_i - y_i.</summary>
    public static void Subtract<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> others, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = 0;
        for (; index <= target.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            (new Vector<T>(values[index..]) - new Vector<T>(others[index..])).CopyTo(target[index..]);
        }

        for (; index < target.Length; index++)
        {
            target[index] = values[index] - others[index];
        }
    }

    /// <summary>Sets target_i = factor x_i.</summary>
    public static void Scale<T>(ReadOnlySpan<T> values, T factor, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = 0;
        var scale = new Vector<T>(factor);
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            (new Vector<T>(values[index..]) * scale).CopyTo(target[index..]);
        }

        for (; index < values.Length; index++)
        {
            target[index] = values[index] * factor;
        }
    }

    /// <summary>Adds factor x_i to target_i, rounded once.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> values, T factor, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = 0;
        var scale = new Vector<T>(factor);
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            MultiplyAdd(new Vector<T>(values[index..]), scale, new Vector<T>(target[index..])).CopyTo(target[index..]);
        }

        for (; index < values.Length; index++)
        {
            target[index] = T.FusedMultiplyAdd(values[index], factor, target[index]);
        }
    }

    /// <summary>Adds factor x_i to target_i, rounded once; or sets it, where there is nothing to add to.</summary>
    public static void AddScaled(ReadOnlySpan<float> values, double factor, bool sets, Span<double> target)
    {
        int index = 0;
        var scale = new Vector<double>(factor);
        for (; index <= values.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(values[index..]), out Vector<double> lower, out Vector<double> upper);
            Span<double> first = target[index..];
            Span<double> second = target[(index + Vector<double>.Count)..];
            (sets ? lower * scale : Vector.FusedMultiplyAdd(lower, scale, new Vector<double>(first))).CopyTo(first);
            (sets ? upper * scale : Vector.FusedMultiplyAdd(upper, scale, new Vector<double>(second))).CopyTo(second);
        }

        for (; index < values.Length; index++)
        {
            target[index] = sets ? values[index] * factor : Math.FusedMultiplyAdd(values[index], factor, target[index]);
        }
    }

    /// <summary>left times right plus addend, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> left, Vector<T> right, Vector<T> addend)
        where T : unmanaged => typeof(T) == typeof(double)
            ? Vector.FusedMultiplyAdd(left.As<T, double>(), right.As<T, double>(), addend.As<T, double>()).As<double, T>()
            : Vector.FusedMultiplyAdd(left.As<T, float>(), right.As<T, float>(), addend.As<T, float>()).As<float, T>();

    /// <summary>Adds x_i y_i to target_i, rounded once.</summary>
    public static void AddProducts(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> target)
    {
        int index = 0;
        for (; index <= left.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector.FusedMultiplyAdd(new Vector<double>(left[index..]), new Vector<double>(right[index..]), new Vector<double>(target[index..])).CopyTo(target[index..]);
        }

        for (; index < left.Length; index++)
        {
            target[index] = Math.FusedMultiplyAdd(left[index], right[index], target[index]);
        }
    }

    /// <summary>The sum over the models of a block, each times its weight.</summary>
    public static void WeightedSum(MergeBlock block, ReadOnlySpan<double> weights, Span<double> result) => WeightedSum(block.Values, weights, result);

    /// <summary>The sum over the models of a block, each times its weight.</summary>
    public static void WeightedSum<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Scale(block[0], T.CreateTruncating(weights[0]), result);
        for (int model = 1; model < block.ModelCount; model++)
        {
            AddScaled(block[model], T.CreateTruncating(weights[model]), result);
        }
    }

    /// <summary>Sets target_i = x_i where |x_i| &gt;= |target_i|.</summary>
    public static void TakeLarger(ReadOnlySpan<double> values, Span<double> target)
    {
        int index = 0;
        for (; index <= values.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var value = new Vector<double>(values[index..]);
            var known = new Vector<double>(target[index..]);
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(value), Vector.Abs(known)), value, known).CopyTo(target[index..]);
        }

        for (; index < values.Length; index++)
        {
            target[index] = Math.Abs(values[index]) >= Math.Abs(target[index]) ? values[index] : target[index];
        }
    }

    /// <summary>The sum of a_i b_i.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => FixedOrderSum.Dot(a, b);

    /// <summary>The sum of |x_i|.</summary>
    public static double AbsoluteSum(ReadOnlySpan<double> values)
    {
        Span<double> lanes = stackalloc double[FixedOrderSum.Lanes];
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = values.Length - (values.Length % FixedOrderSum.Lanes);
        for (int index = 0; index < whole; index += FixedOrderSum.Lanes)
        {
            lanes0 += Vector256.Abs(Vector256.Create(values[index..]));
            lanes4 += Vector256.Abs(Vector256.Create(values[(index + 4)..]));
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[4..]);
        for (int index = whole; index < values.Length; index++)
        {
            lanes[index - whole] += Math.Abs(values[index]);
        }

        return FixedOrderSum.Reduce(lanes);
    }
}
