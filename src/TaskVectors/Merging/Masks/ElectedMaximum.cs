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
    public static void Merge<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => MergeScalar(block, MergeVectors(block, result), result);

    /// <summary>The same from a position on, one by one.</summary>
    public static void MergeScalar<T>(MergeBlock<T> block, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T sum = block[0][index];
            for (int model = 1; model < block.ModelCount; model++)
            {
                sum += block[model][index];
            }

            bool isPositive = sum > T.Zero;
            T largest = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T value = isPositive ? block[model][index] : -block[model][index];
                largest = value > largest ? value : largest;
            }

            result[index] = isPositive ? largest : -largest;
        }
    }

    /// <summary>Sets to zero what a task has not, or has of the other sign.</summary>
    public static void Mask<T>(ReadOnlySpan<T> task, Span<T> unified)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => MaskScalar(task, MaskVectors(task, unified), unified);

    /// <summary>The same from a position on, one by one.</summary>
    public static void MaskScalar<T>(ReadOnlySpan<T> task, int from, Span<T> unified)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < unified.Length; index++)
        {
            bool agrees = unified[index] > T.Zero ? task[index] > T.Zero : task[index] < T.Zero;
            unified[index] = agrees ? unified[index] : T.Zero;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        Vector<T> signBit = new(T.NegativeZero);
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> sum = Vector.LoadUnsafe(ref first);
            for (int model = 1; model < models; model++)
            {
                sum += Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
            }

            Vector<T> turned = Vector.AndNot(signBit, Vector.GreaterThan(sum, Vector<T>.Zero));
            Vector<T> largest = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<T> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride)) ^ turned;
                largest = Vector.ConditionalSelect(Vector.GreaterThan(value, largest), value, largest);
            }

            (largest ^ turned).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MaskVectors<T>(ReadOnlySpan<T> task, Span<T> unified)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T owns = ref MemoryMarshal.GetReference(task[..unified.Length]);
        ref T values = ref MemoryMarshal.GetReference(unified);
        int index = 0;
        for (; index <= unified.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            Vector<T> own = Vector.LoadUnsafe(ref owns, (nuint)index);
            Vector<T> value = Vector.LoadUnsafe(ref values, (nuint)index);
            Vector<T> agrees = Vector.ConditionalSelect(Vector.GreaterThan(value, Vector<T>.Zero), Vector.GreaterThan(own, Vector<T>.Zero), Vector.LessThan(own, Vector<T>.Zero));
            (value & agrees).StoreUnsafe(ref values, (nuint)index);
        }

        return index;
    }
}
