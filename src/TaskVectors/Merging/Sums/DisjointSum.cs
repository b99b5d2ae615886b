using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Sums;

/// <summary>
/// The election and merge of TIES as its paper has them: for each element the sign of the plain sum wins, and the values of that sign are averaged over
/// the models that have it, or added. Weights scale values, not votes. Source: Yadav et al., "TIES-Merging", NeurIPS 2023, algorithm 1, steps 2 and 3.
/// </summary>
/// <param name="weights">The factor of each model's values.</param>
/// <param name="averages">Whether the sum is divided by the number of models that take part in it.</param>
/// <param name="scale">The factor of the result.</param>
internal sealed class DisjointSum(double[] weights, bool averages, double scale) : IVectorSum
{
    // Below every pattern.
    private const long NoBound = -1;

    /// <inheritdoc/>
    /// <remarks>A sum of zero elects the positive sign.</remarks>
    public void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Merge(block, [], zeroIsPositive: true, result);

    /// <summary>Merges a block.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="bounds">For each model the largest pattern of a magnitude that counts as zero; empty where all count.</param>
    /// <param name="zeroIsPositive">Whether a sum of zero elects the positive sign rather than the negative.</param>
    /// <param name="result">Receives the merged values.</param>
    public void Merge<T>(MergeBlock<T> block, ReadOnlySpan<long> bounds, bool zeroIsPositive, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> limits = stackalloc T[block.ModelCount];
        Span<T> factors = stackalloc T[block.ModelCount];
        for (int model = 0; model < factors.Length; model++)
        {
            limits[model] = LimitOf<T>(bounds, model);
            factors[model] = T.CreateTruncating(weights[model]);
        }

        MergeScalar(block, bounds, zeroIsPositive, MergeVectors(block, limits, factors, zeroIsPositive, result), result);
    }

    /// <summary>Merges the elements from a position on, one by one.</summary>
    public void MergeScalar<T>(MergeBlock<T> block, ReadOnlySpan<long> bounds, bool zeroIsPositive, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T plain = SumScalar(block, bounds, index);
            bool isPositive = zeroIsPositive ? plain >= T.Zero : plain > T.Zero;
            T sum = T.Zero;
            T count = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T value = Within(block[model][index], bounds, model);
                bool agrees = isPositive ? value > T.Zero : value < T.Zero;
                sum += agrees ? value * T.CreateTruncating(weights[model]) : T.Zero;
                count += agrees ? T.One : T.Zero;
            }

            result[index] = (averages ? sum / T.Max(count, T.One) : sum) * T.CreateTruncating(scale);
        }
    }

    /// <summary>Counts the elements of a block whose sum is positive less those whose sum is negative.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="bounds">For each model the largest pattern of a magnitude that counts as zero; empty where all count.</param>
    public static long CountSigns<T>(MergeBlock<T> block, ReadOnlySpan<long> bounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> limits = stackalloc T[block.ModelCount];
        for (int model = 0; model < limits.Length; model++)
        {
            limits[model] = LimitOf<T>(bounds, model);
        }

        int done = CountVectors(block, limits, out long count);
        return count + CountSignsScalar(block, bounds, done);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public static long CountSignsScalar<T>(MergeBlock<T> block, ReadOnlySpan<long> bounds, int from)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long count = 0;
        for (int index = from; index < block.Count; index++)
        {
            T sum = SumScalar(block, bounds, index);
            count += sum > T.Zero ? 1 : 0;
            count -= sum < T.Zero ? 1 : 0;
        }

        return count;
    }

    private static T SumScalar<T>(MergeBlock<T> block, ReadOnlySpan<long> bounds, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int model = 0; model < block.ModelCount; model++)
        {
            sum += Within(block[model][index], bounds, model);
        }

        return sum;
    }

    private static T Within<T>(T value, ReadOnlySpan<long> bounds, int model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => bounds.IsEmpty || MagnitudeCut.PatternOf(value) > bounds[model] ? value : T.Zero;

    // The bound as the bits of a number, so that it fills a vector like one.
    private static T LimitOf<T>(ReadOnlySpan<long> bounds, int model)
        where T : unmanaged
    {
        long bound = bounds.IsEmpty ? NoBound : bounds[model];
        return typeof(T) == typeof(float) ? Unsafe.BitCast<int, T>(int.CreateSaturating(bound)) : Unsafe.BitCast<long, T>(bound);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Within<T>(Vector<T> values, Vector<T> limit)
        where T : unmanaged => typeof(T) == typeof(float)
            ? values & Vector.GreaterThan(values.As<T, int>() & new Vector<int>(int.MaxValue), limit.As<T, int>()).As<int, T>()
            : values & Vector.GreaterThan(values.As<T, long>() & new Vector<long>(long.MaxValue), limit.As<T, long>()).As<long, T>();

    // Both signs are added up, and the elected one is taken: what does not agree adds a zero. Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int MergeVectors<T>(MergeBlock<T> block, ReadOnlySpan<T> limits, ReadOnlySpan<T> factors, bool zeroIsPositive, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T limit = ref MemoryMarshal.GetReference(limits);
        ref T factor = ref MemoryMarshal.GetReference(factors);
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var scales = new Vector<T>(T.CreateTruncating(scale));
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> plain = Vector<T>.Zero;
            Vector<T> sumAbove = Vector<T>.Zero, sumBelow = Vector<T>.Zero;
            Vector<T> above = Vector<T>.Zero, below = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<T> value = Within(Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)), new Vector<T>(Unsafe.Add(ref limit, model)));
                Vector<T> weighted = value * new Vector<T>(Unsafe.Add(ref factor, model));
                Vector<T> isAbove = Vector.GreaterThan(value, Vector<T>.Zero);
                Vector<T> isBelow = Vector.LessThan(value, Vector<T>.Zero);
                plain += value;
                sumAbove += isAbove & weighted;
                sumBelow += isBelow & weighted;
                above += isAbove & Vector<T>.One;
                below += isBelow & Vector<T>.One;
            }

            Vector<T> isPositive = zeroIsPositive ? Vector.GreaterThanOrEqual(plain, Vector<T>.Zero) : Vector.GreaterThan(plain, Vector<T>.Zero);
            Vector<T> sum = Vector.ConditionalSelect(isPositive, sumAbove, sumBelow);
            sum = averages ? sum / Vector.Max(Vector.ConditionalSelect(isPositive, above, below), Vector<T>.One) : sum;
            (sum * scales).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    // Lanes count as far as a block is long, which F32 does exactly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountVectors<T>(MergeBlock<T> block, ReadOnlySpan<T> limits, out long count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T limit = ref MemoryMarshal.GetReference(limits);
        nint stride = block.Stride;
        int models = block.ModelCount;
        Vector<T> counts = Vector<T>.Zero;
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> sum = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                sum += Within(Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)), new Vector<T>(Unsafe.Add(ref limit, model)));
            }

            counts += (Vector<T>)Vector.GreaterThan(sum, Vector<T>.Zero) & Vector<T>.One;
            counts -= (Vector<T>)Vector.LessThan(sum, Vector<T>.Zero) & Vector<T>.One;
        }

        count = long.CreateTruncating(Vector.Sum(counts));
        return index;
    }
}
