using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Sharing;

/// <summary>The variances of elements over the models.</summary>
internal static class Variances
{
    /// <summary>The variance of each element over the models: the mean square of what remains without the mean.</summary>
    /// <returns>How many are not zero.</returns>
    public static long Find(MergeBlock block, Span<double> variances)
    {
        int done = FindVectors(block.Values, variances, out long zeros);
        return done - zeros + FindScalar(block, done, variances);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static long FindScalar(MergeBlock block, int from, Span<double> variances)
    {
        long varying = 0;
        double share = 1.0 / block.ModelCount;
        for (int index = from; index < block.Count; index++)
        {
            double sum = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                sum += block[model][index];
            }

            variances[index] = OfScalar(block, index, sum * share) * share;
            varying += variances[index] == 0 ? 0 : 1;
        }

        return varying;
    }

    /// <summary>The sum of the squares of an element's values less a number.</summary>
    public static double OfScalar(MergeBlock block, int index, double mean)
    {
        double squares = 0;
        for (int model = 0; model < block.ModelCount; model++)
        {
            double rest = block[model][index] - mean;
            squares = Math.FusedMultiplyAdd(rest, rest, squares);
        }

        return squares;
    }

    /// <summary>The sum of x_i^2 over the elements whose variance has a pattern above a bound, in the order of a <see cref="FixedOrderSum"/>.</summary>
    public static double SquaresAbove(ReadOnlySpan<double> values, ReadOnlySpan<double> variances, long bound)
    {
        Span<double> lanes = stackalloc double[FixedOrderSum.Lanes];
        lanes.Clear();
        int done = Vector256.IsHardwareAccelerated ? AddSquaresAbove(values, variances, bound, lanes) : 0;
        AddSquaresAboveScalar(values[done..], variances[done..], bound, lanes);
        return FixedOrderSum.Reduce(lanes);
    }

    /// <summary>Adds the squares to lane i mod 8, one by one.</summary>
    public static void AddSquaresAboveScalar(ReadOnlySpan<double> values, ReadOnlySpan<double> variances, long bound, Span<double> lanes)
    {
        for (int index = 0; index < values.Length; index++)
        {
            if (MagnitudeCut.PatternOf(variances[index]) > bound)
            {
                ref double lane = ref lanes[index % FixedOrderSum.Lanes];
                lane = Math.FusedMultiplyAdd(values[index], values[index], lane);
            }
        }
    }

    // For the whole groups of eight; returns how many elements those are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddSquaresAbove(ReadOnlySpan<double> values, ReadOnlySpan<double> variances, long bound, Span<double> lanes)
    {
        ref double value = ref MemoryMarshal.GetReference(values);
        ref double variance = ref MemoryMarshal.GetReference(variances);
        Vector256<long> limit = Vector256.Create(bound);
        Vector256<long> magnitude = Vector256.Create(long.MaxValue);
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = values.Length - (values.Length % FixedOrderSum.Lanes);
        for (nuint index = 0; index < (nuint)whole; index += FixedOrderSum.Lanes)
        {
            Vector256<long> isAbove0 = Vector256.GreaterThan(Vector256.LoadUnsafe(ref variance, index).AsInt64() & magnitude, limit);
            Vector256<long> isAbove4 = Vector256.GreaterThan(Vector256.LoadUnsafe(ref variance, index + 4).AsInt64() & magnitude, limit);
            Vector256<double> value0 = Vector256.LoadUnsafe(ref value, index) & isAbove0.AsDouble();
            Vector256<double> value4 = Vector256.LoadUnsafe(ref value, index + 4) & isAbove4.AsDouble();
            lanes0 = Vector256.FusedMultiplyAdd(value0, value0, lanes0);
            lanes4 = Vector256.FusedMultiplyAdd(value4, value4, lanes4);
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[4..]);
        return whole;
    }

    /// <summary>The variances of neighbouring elements over the models, and their sums.</summary>
    /// <param name="first">The first of the elements in the first model.</param>
    /// <param name="stride">From a model to the next.</param>
    /// <param name="models">The number of models.</param>
    /// <param name="share">One over it.</param>
    /// <param name="total">The sums over the models.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Of(ref double first, nint stride, int models, Vector<double> share, out Vector<double> total)
    {
        Vector<double> sum = Vector<double>.Zero;
        for (int model = 0; model < models; model++)
        {
            sum += Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
        }

        Vector<double> mean = sum * share;
        Vector<double> squares = Vector<double>.Zero;
        for (int model = 0; model < models; model++)
        {
            Vector<double> rest = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)) - mean;
            squares = Vector.FusedMultiplyAdd(rest, rest, squares);
        }

        total = sum;
        return squares * share;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindVectors(MergeBlock<double> block, Span<double> variances, out long zeros)
    {
        ref double values = ref block.FirstValue;
        ref double target = ref MemoryMarshal.GetReference(variances);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var share = new Vector<double>(1.0 / models);
        Vector<long> isZero = Vector<long>.Zero;
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<double> variance = Of(ref Unsafe.Add(ref values, index), stride, models, share, out _);
            isZero += Vector.Equals(variance, Vector<double>.Zero);
            variance.StoreUnsafe(ref target, (nuint)index);
        }

        zeros = -Vector.Sum(isZero);
        return index;
    }
}
