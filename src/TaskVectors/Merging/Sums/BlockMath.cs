using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<T>(ReadOnlySpan<T> values, T factor, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T from = ref MemoryMarshal.GetReference(values);
        ref T to = ref MemoryMarshal.GetReference(target[..values.Length]);
        int index = 0;
        var scale = new Vector<T>(factor);
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref from, (nuint)index) * scale).StoreUnsafe(ref to, (nuint)index);
        }

        for (; index < values.Length; index++)
        {
            target[index] = values[index] * factor;
        }
    }

    /// <summary>Adds factor x_i to target_i, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled<T>(ReadOnlySpan<T> values, T factor, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T from = ref MemoryMarshal.GetReference(values);
        ref T to = ref MemoryMarshal.GetReference(target[..values.Length]);
        int index = 0;
        var scale = new Vector<T>(factor);
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            MultiplyAdd(Vector.LoadUnsafe(ref from, (nuint)index), scale, Vector.LoadUnsafe(ref to, (nuint)index)).StoreUnsafe(ref to, (nuint)index);
        }

        for (; index < values.Length; index++)
        {
            target[index] = T.FusedMultiplyAdd(values[index], factor, target[index]);
        }
    }

    /// <summary>Adds factor x_i to target_i, rounded once, and finds the elements where little is left of what was added.</summary>
    /// <param name="values">x.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="share">Little is a magnitude below this share of factor x_i.</param>
    /// <param name="target">The numbers to add to.</param>
    /// <param name="places">Receives the elements found; as long as <paramref name="target"/>.</param>
    /// <param name="before">Receives what was added to there; as long as <paramref name="target"/>.</param>
    /// <returns>How many elements were found.</returns>
    public static int AddScaled(ReadOnlySpan<float> values, double factor, double share, Span<double> target, Span<int> places, Span<double> before)
    {
        int found = 0;
        int index = 0;
        Vector256<double> scale = Vector256.Create(factor);
        Vector256<double> smallest = Vector256.Create(factor * share);
        for (; index <= values.Length - Vector128<float>.Count; index += Vector128<float>.Count)
        {
            Vector256<double> value = Widen(Vector128.Create(values[index..]));
            Vector256<double> known = Vector256.Create<double>(target[index..]);
            Vector256<double> sum = Vector256.FusedMultiplyAdd(value, scale, known);
            sum.CopyTo(target[index..]);
            uint little = Vector256.LessThan(Vector256.Abs(sum), Vector256.Abs(value * smallest)).ExtractMostSignificantBits();
            for (; little != 0; little &= little - 1)
            {
                int lane = BitOperations.TrailingZeroCount(little);
                places[found] = index + lane;
                before[found++] = known[lane];
            }
        }

        return AddScaledScalar(values, factor, share, index, target, places, before, found);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static int AddScaledScalar(ReadOnlySpan<float> values, double factor, double share, int from, Span<double> target, Span<int> places, Span<double> before, int found)
    {
        for (int index = from; index < values.Length; index++)
        {
            double known = target[index];
            target[index] = Math.FusedMultiplyAdd(values[index], factor, known);
            if (Math.Abs(target[index]) < Math.Abs(values[index] * (factor * share)))
            {
                places[found] = index;
                before[found++] = known;
            }
        }

        return found;
    }

    /// <summary>Sets target_i = factor x_i.</summary>
    public static void Scale(ReadOnlySpan<float> values, double factor, Span<double> target)
    {
        for (int index = 0; index < values.Length; index++)
        {
            target[index] = values[index] * factor;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(Vector128<float> values) => Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    /// <summary>left times right plus addend, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> left, Vector<T> right, Vector<T> addend)
        where T : unmanaged => typeof(T) == typeof(double)
            ? Vector.FusedMultiplyAdd(left.As<T, double>(), right.As<T, double>(), addend.As<T, double>()).As<double, T>()
            : Vector.FusedMultiplyAdd(left.As<T, float>(), right.As<T, float>(), addend.As<T, float>()).As<float, T>();

    /// <summary>The sum over the models of a block, each times its weight.</summary>
    public static void WeightedSum(MergeBlock block, ReadOnlySpan<double> weights, Span<double> result) => WeightedSum(block.Values, weights, result);

    /// <summary>The sum over the models of a block, each times its weight.</summary>
    public static void WeightedSum<T>(MergeBlock<T> block, ReadOnlySpan<double> weights, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> factors = stackalloc T[weights.Length];
        for (int model = 0; model < weights.Length; model++)
        {
            factors[model] = T.CreateTruncating(weights[model]);
        }

        WeightedSumScalar(block, factors, WeightedSumVectors(block, factors, result), result);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static void WeightedSumScalar<T>(MergeBlock<T> block, ReadOnlySpan<T> weights, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T sum = block[0][index] * weights[0];
            for (int model = 1; model < block.ModelCount; model++)
            {
                sum = T.FusedMultiplyAdd(block[model][index], weights[model], sum);
            }

            result[index] = sum;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WeightedSumVectors<T>(MergeBlock<T> block, ReadOnlySpan<T> weights, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T weight = ref MemoryMarshal.GetReference(weights);
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> sum = Vector.LoadUnsafe(ref first) * new Vector<T>(weight);
            for (int model = 1; model < models; model++)
            {
                sum = MultiplyAdd(Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)), new Vector<T>(Unsafe.Add(ref weight, model)), sum);
            }

            sum.StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    /// <summary>The sum of a_i b_i.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => FixedOrderSum.Dot(a, b);

    /// <summary>The sum of |x_i|, in F64.</summary>
    public static double AbsoluteSum<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[FixedOrderSum.Lanes];
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = values.Length - (values.Length % FixedOrderSum.Lanes);
        for (int index = 0; index < whole; index += FixedOrderSum.Lanes)
        {
            (Vector256<double> first, Vector256<double> second) = Eight(values[index..]);
            lanes0 += Vector256.Abs(first);
            lanes4 += Vector256.Abs(second);
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[4..]);
        for (int index = whole; index < values.Length; index++)
        {
            lanes[index - whole] += double.CreateTruncating(T.Abs(values[index]));
        }

        return FixedOrderSum.Reduce(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> First, Vector256<double> Second) Eight<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return Vector256.Widen(Vector256.Create(values).As<T, float>());
        }

        return (Vector256.Create(values).As<T, double>(), Vector256.Create(values[4..]).As<T, double>());
    }
}
