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
    public static void Merge(MergeBlock block, double epsilon, ReadOnlySpan<double> scales, Span<double> result)
    {
        int done = MergeVectors(block.Values, epsilon, scales, result);
        MergeScalar(block, epsilon, scales, done, result);
    }

    /// <summary>Merges the elements from a position on, one by one.</summary>
    public static void MergeScalar(MergeBlock block, double epsilon, ReadOnlySpan<double> scales, int from, Span<double> result)
    {
        for (int index = from; index < block.Count; index++)
        {
            double sum = 0;
            double alone = 0;
            double count = 0;
            for (int model = 0; model < block.ModelCount; model++)
            {
                double value = block[model][index];
                value = Math.Abs(value) > epsilon ? value : 0;
                sum += value;
                alone += scales.IsEmpty ? value : value * scales[model];
                count += Math.Abs(value) > epsilon ? 1 : 0;
            }

            result[index] = count > 1 ? sum / count : alone;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors(MergeBlock<double> block, double epsilon, ReadOnlySpan<double> scales, Span<double> result)
    {
        ref double values = ref block.FirstValue;
        ref double target = ref MemoryMarshal.GetReference(result);
        ref double scale = ref MemoryMarshal.GetReference(scales);
        bool hasScales = !scales.IsEmpty;
        nint stride = block.Stride;
        int models = block.ModelCount;
        var least = new Vector<double>(epsilon);
        int index = 0;
        for (; index <= block.Count - Vector<double>.Count; index += Vector<double>.Count)
        {
            ref double first = ref Unsafe.Add(ref values, index);
            Vector<double> sum = Vector<double>.Zero;
            Vector<double> alone = Vector<double>.Zero;
            Vector<double> count = Vector<double>.Zero;
            for (int model = 0; model < models; model++)
            {
                Vector<double> value = Vector.LoadUnsafe(ref Unsafe.Add(ref first, model * stride));
                Vector<double> changes = Vector.GreaterThan(Vector.Abs(value), least).As<long, double>();
                value &= changes;
                sum += value;
                alone += hasScales ? value * new Vector<double>(Unsafe.Add(ref scale, model)) : value;
                count += changes & Vector<double>.One;
            }

            Vector.ConditionalSelect(Vector.GreaterThan(count, Vector<double>.One), sum / count, alone).StoreUnsafe(ref target, (nuint)index);
        }

        return index;
    }
}
