using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Trimming;

/// <summary>The sums of magnitudes of all elements of a run and of those that are kept, in one go.</summary>
internal static class KeptSums
{
    private const int WordBits = 64;

    /// <summary>The sums of |x_i| in F64, each in eight lanes and a fixed order.</summary>
    /// <param name="values">x.</param>
    /// <param name="words">A bit for each element: whether it is kept.</param>
    public static (double All, double Kept) Of<T>(ReadOnlySpan<T> values, ReadOnlySpan<ulong> words)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> all = stackalloc double[FixedOrderSum.Lanes];
        Span<double> kept = stackalloc double[FixedOrderSum.Lanes];
        int whole = values.Length / WordBits;
        if (typeof(T) == typeof(float))
        {
            AddWide(MemoryMarshal.Cast<T, float>(values), words[..whole], all, kept);
        }
        else
        {
            AddWide(MemoryMarshal.Cast<T, double>(values), words[..whole], all, kept);
        }

        AddScalar(values[(whole * WordBits)..], words[whole..], all, kept);
        return (FixedOrderSum.Reduce(all), FixedOrderSum.Reduce(kept));
    }

    /// <summary>Adds to the lanes one by one.</summary>
    public static void AddScalar<T>(ReadOnlySpan<T> values, ReadOnlySpan<ulong> words, Span<double> all, Span<double> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int index = 0; index < values.Length; index++)
        {
            double magnitude = double.CreateTruncating(T.Abs(values[index]));
            all[index % FixedOrderSum.Lanes] += magnitude;
            kept[index % FixedOrderSum.Lanes] += (words[index / WordBits] >> (index % WordBits) & 1) != 0 ? magnitude : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(ReadOnlySpan<float> values, ReadOnlySpan<ulong> words, Span<double> all, Span<double> kept)
    {
        ref float value = ref MemoryMarshal.GetReference(values);
        Vector256<int> lanes = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        Vector256<double> all0 = default, all4 = default, kept0 = default, kept4 = default;
        for (int group = 0; group < words.Length; group++)
        {
            ulong word = words[group];
            for (int index = 0; index < WordBits; index += Vector256<float>.Count)
            {
                Vector256<float> magnitude = Vector256.Abs(Vector256.LoadUnsafe(ref value, (nuint)((group * WordBits) + index)));
                Vector256<int> isKept = Vector256.Equals(Vector256.Create((int)word) & lanes, lanes);
                (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(magnitude);
                (Vector256<double> keptLower, Vector256<double> keptUpper) = Vector256.Widen(magnitude & isKept.AsSingle());
                all0 += lower;
                all4 += upper;
                kept0 += keptLower;
                kept4 += keptUpper;
                word >>= Vector256<float>.Count;
            }
        }

        Store(all0, all4, all);
        Store(kept0, kept4, kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(ReadOnlySpan<double> values, ReadOnlySpan<ulong> words, Span<double> all, Span<double> kept)
    {
        ref double value = ref MemoryMarshal.GetReference(values);
        Vector256<long> lanes0 = Vector256.Create(1L, 2, 4, 8);
        Vector256<long> lanes4 = Vector256.Create(16L, 32, 64, 128);
        Vector256<double> all0 = default, all4 = default, kept0 = default, kept4 = default;
        for (int group = 0; group < words.Length; group++)
        {
            ulong word = words[group];
            for (int index = 0; index < WordBits; index += FixedOrderSum.Lanes)
            {
                Vector256<double> lower = Vector256.Abs(Vector256.LoadUnsafe(ref value, (nuint)((group * WordBits) + index)));
                Vector256<double> upper = Vector256.Abs(Vector256.LoadUnsafe(ref value, (nuint)((group * WordBits) + index + Vector256<double>.Count)));
                Vector256<long> bits = Vector256.Create((long)word);
                all0 += lower;
                all4 += upper;
                kept0 += lower & Vector256.Equals(bits & lanes0, lanes0).AsDouble();
                kept4 += upper & Vector256.Equals(bits & lanes4, lanes4).AsDouble();
                word >>= FixedOrderSum.Lanes;
            }
        }

        Store(all0, all4, all);
        Store(kept0, kept4, kept);
    }

    private static void Store(Vector256<double> lower, Vector256<double> upper, Span<double> lanes)
    {
        lower.CopyTo(lanes);
        upper.CopyTo(lanes[Vector256<double>.Count..]);
    }
}
