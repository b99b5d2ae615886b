using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>Sums in eight lanes and one order of reduction, so that vector and scalar code round alike.</summary>
internal static class FixedOrderSum
{
    /// <summary>The number of lanes; element i belongs to lane i mod 8.</summary>
    internal const int Lanes = 8;

    /// <summary>The sum of the lanes, halves added to halves.</summary>
    internal static double Reduce(ReadOnlySpan<double> lanes)
    {
        Vector256<double> fours = Vector256.Create(lanes) + Vector256.Create(lanes[Vector256<double>.Count..]);
        Vector128<double> twos = fours.GetLower() + fours.GetUpper();
        return twos.ToScalar() + twos.GetElement(1);
    }

    /// <summary>The sum of a_i b_i.</summary>
    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Dot<double>(a, b);

    /// <summary>The sum of a_i b_i, in F64 whatever the numbers.</summary>
    internal static double Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        int done = Vector256.IsHardwareAccelerated ? AddProductsVector(a, b, lanes) : 0;
        AddProductsScalar(a[done..], b[done..], lanes);
        return Reduce(lanes);
    }

    /// <summary>Adds a_i b_i to lane i mod 8.</summary>
    internal static void AddProductsScalar<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < a.Length; i++)
        {
            ref double lane = ref lanes[i % Lanes];
            lane = Math.FusedMultiplyAdd(double.CreateTruncating(a[i]), double.CreateTruncating(b[i]), lane);
        }
    }

    /// <summary>Does the work of <see cref="AddProductsScalar"/> for the whole groups of eight; returns how many elements those are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int AddProductsVector<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T left = ref MemoryMarshal.GetReference(a);
        ref T right = ref MemoryMarshal.GetReference(b);
        LaneSums sums = LaneSums.Load(lanes);
        int whole = a.Length - a.Length % Lanes;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            sums.A = Vector256.FusedMultiplyAdd(Four(ref left, i), Four(ref right, i), sums.A);
            sums.B = Vector256.FusedMultiplyAdd(Four(ref left, i + 4), Four(ref right, i + 4), sums.B);
        }

        sums.Store(lanes);
        return whole;
    }

    /// <summary>Four numbers in F64, from an index on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<double> Four<T>(ref T first, nuint index)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            return Vector256.LoadUnsafe(ref Unsafe.As<T, double>(ref first), index);
        }

        return Vector256.WidenLower(Vector128.LoadUnsafe(ref Unsafe.As<T, float>(ref first), index).ToVector256Unsafe());
    }
}
