using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>The value of largest magnitude over the models, element by element; of equal magnitudes the last.</summary>
internal static class LargestChange
{
    /// <summary>Finds the values of a block.</summary>
    public static void Find<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => FindScalar(block, FindVectors(block, result), result);

    /// <summary>The same from a position on, one by one.</summary>
    public static void FindScalar<T>(MergeBlock<T> block, int from, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < block.Count; index++)
        {
            T largest = block[0][index];
            for (int model = 1; model < block.ModelCount; model++)
            {
                T value = block[model][index];
                largest = T.Abs(value) >= T.Abs(largest) ? value : largest;
            }

            result[index] = largest;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindVectors<T>(MergeBlock<T> block, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T values = ref block.FirstValue;
        ref T target = ref MemoryMarshal.GetReference(result[..block.Count]);
        nint stride = block.Stride;
        int models = block.ModelCount;
        int index = 0;
        for (; index <= block.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            ref T first = ref Unsafe.Add(ref values, index);
            Vector<T> largest = Vector.LoadUnsafe(ref first);
            for (int model = 1; model < models; model++)
            {
                Vector<T> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                largest = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(value), Vector.Abs(largest)), value, largest);
            }

            largest.StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
