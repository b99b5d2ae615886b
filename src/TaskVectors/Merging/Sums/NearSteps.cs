using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TaskVectors.Merging.Sums;

/// <summary>Steps of at most a distance from one vector towards another, element by element.</summary>
internal static class NearSteps
{
    /// <summary>Sets target_i = y_i where |y_i - x_i| is at most the distance; else x_i plus the distance, with the sign of y_i - x_i.</summary>
    /// <param name="first">x.</param>
    /// <param name="second">y.</param>
    /// <param name="distance">The distance, not negative.</param>
    /// <param name="target">Receives the numbers.</param>
    public static void Merge<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, T distance, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MergeScalar(first, second, distance, MergeVectors(first, second, distance, target), target);

    /// <summary>The same from a position on, one by one.</summary>
    public static void MergeScalar<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, T distance, int from, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < target.Length; index++)
        {
            T difference = second[index] - first[index];
            target[index] = T.Abs(difference) <= distance ? second[index] : first[index] + T.CopySign(distance, difference);
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int MergeVectors<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, T distance, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(first);
        ref T end = ref MemoryMarshal.GetReference(second[..first.Length]);
        ref T to = ref MemoryMarshal.GetReference(target[..first.Length]);
        var most = new Vector<T>(distance);
        Vector<T> sign = new(T.NegativeZero);
        int index = 0;
        for (; index <= first.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            Vector<T> from = Vector.LoadUnsafe(ref start, (nuint)index);
            Vector<T> near = Vector.LoadUnsafe(ref end, (nuint)index);
            Vector<T> difference = near - from;
            Vector<T> step = from + (most | (difference & sign));
            Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(difference), most), near, step).StoreUnsafe(ref to, (nuint)index);
        }

        return index;
    }
}
