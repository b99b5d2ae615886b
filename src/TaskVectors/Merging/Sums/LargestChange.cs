using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Sums;

/// <summary>The value of largest magnitude over the models, element by element; of equal magnitudes the last.</summary>
internal static class LargestChange
{
    /// <summary>Finds the values of a block.</summary>
    public static void Find(MergeBlock block, Span<double> result) => FindScalar(block, FindVectors(block.Values, result), result);

    /// <summary>The same from a position on, one by one.</summary>
    public static void FindScalar(MergeBlock block, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            double largest = block[0][index];
            for (int model = 1; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                largest = Math.Abs(value) >= Math.Abs(largest) ? value : largest;
            }

            result[index] = largest;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindVectors(MergeBlock<double> block, Span<double> result)
    {
        ref double values = ref block.FirstValue;
        ref double target = ref MemoryMarshal.GetReference(result);
        nint stride = block.Stride;
        int models = block.ModelCount;
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            ref double first = ref Unsafe.Add(ref values, index);
            Vector<double> largest = Vector.LoadUnsafe(ref first);
            for (int model = 1; model < models; model++)
            {
                Vector<double> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                largest = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(value), Vector.Abs(largest)), value, largest);
            }

            largest.StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
