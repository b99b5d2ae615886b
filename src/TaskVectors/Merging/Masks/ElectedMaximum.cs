using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Masks;

/// <summary>
/// The unified vector of EMR: for each element the sign of the sum (a sum of zero counts as negative) and the largest magnitude among the task vectors
/// that have it. Source: Huang et al., "EMR-Merging: Tuning-Free High-Performance Model Merging", NeurIPS 2024, section 3.2.
/// </summary>
internal static class ElectedMaximum
{
    /// <summary>Makes the unified vector of a block.</summary>
    public static void Merge(MergeBlock block, Span<double> result)
    {
        block[0].CopyTo(result);
        for (int model = 1; model < block.ModelCount; model++)
        {
            Sums.BlockMath.AddScaled(block[model], 1, result);
        }

        MergeScalar(block, MergeVectors(block.Values, result), result);
    }

    /// <summary>The same from a position on, where the result holds the sums, one by one.</summary>
    public static void MergeScalar(MergeBlock block, int from, Span<double> result)
    {
        for (int index = from; index < result.Length; index++)
        {
            double sign = result[index] > 0 ? 1 : -1;
            double largest = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                largest = Math.Max(largest, sign * block[model][index]);
            }

            result[index] = sign * largest;
        }
    }

    // From the sums that the result holds; returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors(MergeBlock<double> block, Span<double> result)
    {
        ref double values = ref block.FirstValue;
        ref double target = ref MemoryMarshal.GetReference(result);
        nint stride = block.Stride;
        int models = block.ModelCount;
        int index = 0;
        for (; index <= result.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            ref double first = ref Unsafe.Add(ref values, index);
            Vector<long> isPositive = Vector.GreaterThan(Vector.LoadUnsafe(ref target, (nuint)index), Vector<double>.Zero);
            Vector<double> sign = Vector.ConditionalSelect(isPositive, Vector<double>.One, -Vector<double>.One);
            Vector<double> largest = Vector<double>.Zero;
            for (int model = 0; model < models; model++)
            {
                largest = Vector.Max(largest, sign * Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)));
            }

            (sign * largest).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    /// <summary>Sets to zero what a task has not, or has of the other sign.</summary>
    public static void Mask(ReadOnlySpan<double> task, Span<double> unified)
    {
        int index = 0;
        for (; index <= unified.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var own = new Vector<double>(task[index..]);
            var value = new Vector<double>(unified[index..]);
            Vector<long> agrees = Vector.ConditionalSelect(Vector.GreaterThan(value, Vector<double>.Zero), Vector.GreaterThan(own, Vector<double>.Zero), Vector.LessThan(own, Vector<double>.Zero));
            Vector.ConditionalSelect(agrees, value, Vector<double>.Zero).CopyTo(unified[index..]);
        }

        for (; index < unified.Length; index++)
        {
            bool agrees = unified[index] > 0 ? task[index] > 0 : task[index] < 0;
            unified[index] = agrees ? unified[index] : 0;
        }
    }
}
