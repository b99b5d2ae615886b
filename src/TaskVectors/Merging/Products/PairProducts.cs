using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>Arithmetic on the elements of two vectors, each with sums or coefficients of its own.</summary>
internal static class PairProducts
{
    /// <summary>Adds x_i^2, x_i y_i and y_i^2 to sums in F64, each rounded once.</summary>
    public static void Add<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<double> firstSquares, Span<double> products, Span<double> secondSquares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AddScalar(first, second, AddVectors(first, second, firstSquares, products, secondSquares), firstSquares, products, secondSquares);

    /// <summary>The same from a position on, one by one.</summary>
    public static void AddScalar<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, int from, Span<double> firstSquares, Span<double> products, Span<double> secondSquares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < first.Length; index++)
        {
            double x = double.CreateTruncating(first[index]);
            double y = double.CreateTruncating(second[index]);
            firstSquares[index] = Math.FusedMultiplyAdd(x, x, firstSquares[index]);
            products[index] = Math.FusedMultiplyAdd(x, y, products[index]);
            secondSquares[index] = Math.FusedMultiplyAdd(y, y, secondSquares[index]);
        }
    }

    /// <summary>Sets target_i = a_i x_i + b_i y_i in F64, the second product added without rounding it.</summary>
    public static void Combine<T>(ReadOnlySpan<T> first, ReadOnlySpan<double> firstFactors, ReadOnlySpan<T> second, ReadOnlySpan<double> secondFactors, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        CombineScalar(first, firstFactors, second, secondFactors, CombineVectors(first, firstFactors, second, secondFactors, target), target);

    /// <summary>The same from a position on, one by one.</summary>
    public static void CombineScalar<T>(ReadOnlySpan<T> first, ReadOnlySpan<double> firstFactors, ReadOnlySpan<T> second, ReadOnlySpan<double> secondFactors, int from, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = from; index < first.Length; index++)
        {
            target[index] = T.CreateTruncating(Math.FusedMultiplyAdd(
                double.CreateTruncating(second[index]), secondFactors[index], double.CreateTruncating(first[index]) * firstFactors[index]));
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddVectors<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, Span<double> firstSquares, Span<double> products, Span<double> secondSquares)
        where T : unmanaged
    {
        ref T left = ref MemoryMarshal.GetReference(first);
        ref T right = ref MemoryMarshal.GetReference(second[..first.Length]);
        ref double ofFirst = ref MemoryMarshal.GetReference(firstSquares[..first.Length]);
        ref double ofBoth = ref MemoryMarshal.GetReference(products[..first.Length]);
        ref double ofSecond = ref MemoryMarshal.GetReference(secondSquares[..first.Length]);
        int whole = first.Length - (first.Length % Vector256<double>.Count);
        for (nuint index = 0; index < (nuint)whole; index += (nuint)Vector256<double>.Count)
        {
            Vector256<double> x = FixedOrderSum.Four(ref left, index);
            Vector256<double> y = FixedOrderSum.Four(ref right, index);
            Vector256.FusedMultiplyAdd(x, x, Vector256.LoadUnsafe(ref ofFirst, index)).StoreUnsafe(ref ofFirst, index);
            Vector256.FusedMultiplyAdd(x, y, Vector256.LoadUnsafe(ref ofBoth, index)).StoreUnsafe(ref ofBoth, index);
            Vector256.FusedMultiplyAdd(y, y, Vector256.LoadUnsafe(ref ofSecond, index)).StoreUnsafe(ref ofSecond, index);
        }

        return whole;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CombineVectors<T>(ReadOnlySpan<T> first, ReadOnlySpan<double> firstFactors, ReadOnlySpan<T> second, ReadOnlySpan<double> secondFactors, Span<T> target)
        where T : unmanaged
    {
        ref T left = ref MemoryMarshal.GetReference(first);
        ref T right = ref MemoryMarshal.GetReference(second[..first.Length]);
        ref T to = ref MemoryMarshal.GetReference(target[..first.Length]);
        ref double ofLeft = ref MemoryMarshal.GetReference(firstFactors[..first.Length]);
        ref double ofRight = ref MemoryMarshal.GetReference(secondFactors[..first.Length]);
        int whole = first.Length - (first.Length % Vector256<double>.Count);
        for (nuint index = 0; index < (nuint)whole; index += (nuint)Vector256<double>.Count)
        {
            Vector256<double> sum = Vector256.FusedMultiplyAdd(
                FixedOrderSum.Four(ref right, index), Vector256.LoadUnsafe(ref ofRight, index), FixedOrderSum.Four(ref left, index) * Vector256.LoadUnsafe(ref ofLeft, index));
            if (typeof(T) == typeof(double))
            {
                sum.StoreUnsafe(ref Unsafe.As<T, double>(ref to), index);
            }
            else
            {
                Vector128.Narrow(sum.GetLower(), sum.GetUpper()).StoreUnsafe(ref Unsafe.As<T, float>(ref to), index);
            }
        }

        return whole;
    }
}
