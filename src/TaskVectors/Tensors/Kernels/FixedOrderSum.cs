using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>Sums in eight lanes and one order of reduction, so that vector and scalar code round alike.</summary>
internal static class FixedOrderSum
{
    /// <summary>The number of lanes; element i belongs to lane i mod 8.</summary>
    internal const int Lanes = 8;

    /// <summary>The sum of the lanes, halves added to halves. Overwrites them.</summary>
    internal static double Reduce(Span<double> lanes)
    {
        for (int width = Lanes / 2; width > 0; width /= 2)
        {
            for (int lane = 0; lane < width; lane++)
            {
                lanes[lane] += lanes[lane + width];
            }
        }

        return lanes[0];
    }

    /// <summary>The sum of a_i b_i.</summary>
    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        int done = Vector256.IsHardwareAccelerated ? AddProductsVector(a, b, lanes) : 0;
        AddProductsScalar(a[done..], b[done..], lanes);
        return Reduce(lanes);
    }

    /// <summary>Adds a_i b_i to lane i mod 8.</summary>
    internal static void AddProductsScalar(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> lanes)
    {
        for (int i = 0; i < a.Length; i++)
        {
            ref double lane = ref lanes[i % Lanes];
            lane = Math.FusedMultiplyAdd(a[i], b[i], lane);
        }
    }

    /// <summary>Does the work of <see cref="AddProductsScalar"/> for the whole groups of eight; returns how many elements those are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int AddProductsVector(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> lanes)
    {
        ref double left = ref MemoryMarshal.GetReference(a);
        ref double right = ref MemoryMarshal.GetReference(b);
        LaneSums sums = LaneSums.Load(lanes);
        int whole = a.Length - a.Length % Lanes;
        for (int i = 0; i < whole; i += Lanes)
        {
            sums.A = MultiplyAdd(ref left, ref right, i, sums.A);
            sums.B = MultiplyAdd(ref left, ref right, i + 4, sums.B);
        }

        sums.Store(lanes);
        return whole;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> MultiplyAdd(ref double left, ref double right, int index, Vector256<double> sum) =>
        Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, (nuint)index), Vector256.LoadUnsafe(ref right, (nuint)index), sum);
}
