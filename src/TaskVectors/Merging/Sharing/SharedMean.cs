using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sharing;

/// <summary>The mean, element by element, over those task vectors whose change exceeds a magnitude.</summary>
internal static class SharedMean
{
    /// <summary>Merges a block.</summary>
    /// <param name="block">The task vectors.</param>
    /// <param name="epsilon">The magnitude to exceed.</param>
    /// <param name="scales">What a change is multiplied by where no other model makes one, for each model; empty for 1.</param>
    /// <param name="result">Receives the means; 0 where no model changes the element.</param>
    public static void Merge<T>(MergeBlock<T> block, double epsilon, ReadOnlySpan<double> scales, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> factors = stackalloc T[scales.Length];
        for (int model = 0; model < scales.Length; model++)
        {
            factors[model] = T.CreateTruncating(scales[model]);
        }

        var least = T.CreateTruncating(epsilon);
        int done = scales.IsEmpty ? MergeVectors(block, least, result) : MergeVectors(block, least, factors, result);
        MergeScalar(block, least, factors, done, result);
    }

    /// <summary>Merges the elements from a position on, one by one.</summary>
    public static void MergeScalar<T>(MergeBlock<T> block, T epsilon, ReadOnlySpan<T> scales, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T sum = T.Zero;
            T alone = T.Zero;
            T count = T.Zero;
            for (int model = 0; model < block.ModelCount; model++)
            {
                T value = block[model][index];
                bool changes = T.Abs(value) > epsilon;
                value = changes ? value : T.Zero;
                sum += value;
                alone += scales.IsEmpty ? value : value * scales[model];
                count += changes ? T.One : T.Zero;
            }

            result[index] = count > T.One ? sum / count : alone;
        }
    }

    // Returns how many elements are done. Where a change is alone, the sum is it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors<T>(MergeBlock<T> block, T epsilon, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var least = new Vector<T>(epsilon);
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> sum = Vector<T>.Zero;
            Vector<T> count = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<T> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                Vector<T> changes = Vector.GreaterThan(Vector.Abs(value), least);
                sum += value & changes;
                count += changes & Vector<T>.One;
            }

            Vector.ConditionalSelect(Vector.GreaterThan(count, Vector<T>.One), sum / count, sum).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }

    // The same with scales.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors<T>(MergeBlock<T> block, T epsilon, ReadOnlySpan<T> scales, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        ref T scale = ref MemoryMarshal.GetReference(scales);
        nint stride = block.Stride;
        int models = block.ModelCount;
        var least = new Vector<T>(epsilon);
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> sum = Vector<T>.Zero;
            Vector<T> alone = Vector<T>.Zero;
            Vector<T> count = Vector<T>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<T> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                Vector<T> changes = Vector.GreaterThan(Vector.Abs(value), least);
                value &= changes;
                sum += value;
                alone += value * new Vector<T>(Unsafe.Add(ref scale, model));
                count += changes & Vector<T>.One;
            }

            Vector.ConditionalSelect(Vector.GreaterThan(count, Vector<T>.One), sum / count, alone).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
