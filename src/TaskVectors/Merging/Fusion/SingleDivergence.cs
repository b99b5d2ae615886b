using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Fusion;

/// <summary>
/// The divergence of the softmax of two rows in F32, with sums in F64 in the order of a <see cref="FixedOrderSum"/>. With e_i = exp(w_i), g_i = exp(x_i - w_i) - 1 and their sums
/// B = sum e_i, C = sum e_i g_i, the probabilities, each increased by s, have the ratio 1 + t_i, t_i = (g_i B / (B + C) - C / (B + C)) e_i / (e_i + s B), and
/// KL = sum (e_i / B + s) ((1 + t_i) log(1 + t_i) - t_i): no term is negative, so that nothing cancels. The error is some 1e-6 of the divergence.
/// </summary>
internal static class SingleDivergence
{
    private const int Lanes = FixedOrderSum.Lanes;
    private const int Half = Lanes / 2;

    // Series of exp(x) - 1 and of the logarithm have few terms up to here, and exp(w) times a row's length is far from the ends of F32.
    private const float LargestChange = 1f / 8;
    private const float LargestValue = 32;

    private const float InverseLn2 = 1.44269504f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float Rounder = 12582912;
    private const int FractionBits = 23;

    /// <summary>Finds KL(p || q) of the softmax of two rows, each probability increased by a smallest one.</summary>
    /// <param name="changed">The row of p.</param>
    /// <param name="original">The row of q.</param>
    /// <param name="smallest">What probabilities are increased by.</param>
    /// <param name="scratch">Room for twice as many numbers.</param>
    /// <returns>The divergence; <see langword="null"/> where a change or a value is too large, or not a number.</returns>
    public static double? Find(ReadOnlySpan<float> changed, ReadOnlySpan<float> original, double smallest, Span<float> scratch)
    {
        Span<float> powers = scratch[..changed.Length];
        Span<float> growths = scratch.Slice(changed.Length, changed.Length);
        Span<double> sums = stackalloc double[Lanes];
        Span<double> changes = stackalloc double[Lanes];
        sums.Clear();
        changes.Clear();
        bool isSmall = true;
        int done = Vector256.IsHardwareAccelerated ? GrowVectors(changed, original, powers, growths, sums, changes, ref isSmall) : 0;
        isSmall &= GrowScalar(changed, original, done, powers, growths, sums, changes);
        (double sum, double change) = (FixedOrderSum.Reduce(sums), FixedOrderSum.Reduce(changes));
        var shift = new RowShift(sum, change, smallest);
        if (!isSmall || !(Math.Abs(shift.Shift) < LargestChange / 2))
        {
            return null;
        }

        sums.Clear();
        done = Vector256.IsHardwareAccelerated ? AddVectors(powers, growths, shift, sums) : 0;
        AddScalar(powers, growths, shift, done, sums);
        return FixedOrderSum.Reduce(sums) / sum;
    }

    /// <summary>Finds e_i and g_i from a position on and adds them and their products to lane i mod 8, one by one. Returns whether all are small.</summary>
    public static bool GrowScalar(
        ReadOnlySpan<float> changed, ReadOnlySpan<float> original, int from, Span<float> powers, Span<float> growths, Span<double> sums, Span<double> changes)
    {
        bool isSmall = true;
        for (int index = from; index < changed.Length; index++)
        {
            float change = changed[index] - original[index];
            isSmall &= MathF.Abs(change) <= LargestChange && MathF.Abs(original[index]) <= LargestValue;
            powers[index] = Exp(original[index]);
            growths[index] = Growth(change);
            sums[index % Lanes] += powers[index];
            changes[index % Lanes] += powers[index] * growths[index];
        }

        return isSmall;
    }

    /// <summary>Adds the terms of the divergence from a position on to lane i mod 8, one by one.</summary>
    public static void AddScalar(ReadOnlySpan<float> powers, ReadOnlySpan<float> growths, RowShift shift, int from, Span<double> lanes)
    {
        for (int index = from; index < powers.Length; index++)
        {
            float increased = powers[index] + shift.Increase;
            float ratio = MathF.FusedMultiplyAdd(growths[index], shift.Factor, -shift.Shift) * powers[index] / increased;
            float sum = MathF.FusedMultiplyAdd(1f / 56, ratio, -1f / 42);
            sum = MathF.FusedMultiplyAdd(sum, ratio, 1f / 30);
            sum = MathF.FusedMultiplyAdd(sum, ratio, -1f / 20);
            sum = MathF.FusedMultiplyAdd(sum, ratio, 1f / 12);
            sum = MathF.FusedMultiplyAdd(sum, ratio, -1f / 6);
            sum = MathF.FusedMultiplyAdd(sum, ratio, 1f / 2);
            lanes[index % Lanes] += increased * ratio * ratio * sum;
        }
    }

    // For the whole groups of eight; returns how many elements those are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int GrowVectors(
        ReadOnlySpan<float> changed, ReadOnlySpan<float> original, Span<float> powers, Span<float> growths, Span<double> sums, Span<double> changes, ref bool isSmall)
    {
        ref float left = ref MemoryMarshal.GetReference(changed);
        ref float right = ref MemoryMarshal.GetReference(original);
        ref float power = ref MemoryMarshal.GetReference(powers);
        ref float growth = ref MemoryMarshal.GetReference(growths);
        Vector256<double> sums0 = default, sums4 = default, changes0 = default, changes4 = default;
        Vector256<int> within = Vector256<int>.AllBitsSet;
        int whole = changed.Length - (changed.Length % Lanes);
        for (nuint index = 0; index < (nuint)whole; index += Lanes)
        {
            Vector256<float> origin = Vector256.LoadUnsafe(ref right, index);
            Vector256<float> change = Vector256.LoadUnsafe(ref left, index) - origin;
            within &= (Vector256.LessThanOrEqual(Vector256.Abs(change), Vector256.Create(LargestChange))
                & Vector256.LessThanOrEqual(Vector256.Abs(origin), Vector256.Create(LargestValue))).AsInt32();
            Vector256<float> e = Exp(origin);
            Vector256<float> g = Growth(change);
            e.StoreUnsafe(ref power, index);
            g.StoreUnsafe(ref growth, index);
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(e);
            sums0 += lower;
            sums4 += upper;
            (lower, upper) = Vector256.Widen(e * g);
            changes0 += lower;
            changes4 += upper;
        }

        sums0.CopyTo(sums);
        sums4.CopyTo(sums[Half..]);
        changes0.CopyTo(changes);
        changes4.CopyTo(changes[Half..]);
        isSmall &= within == Vector256<int>.AllBitsSet;
        return whole;
    }

    // For the whole groups of eight; returns how many elements those are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddVectors(ReadOnlySpan<float> powers, ReadOnlySpan<float> growths, RowShift shift, Span<double> lanes)
    {
        ref float power = ref MemoryMarshal.GetReference(powers);
        ref float growth = ref MemoryMarshal.GetReference(growths);
        Vector256<float> increase = Vector256.Create(shift.Increase);
        Vector256<float> factor = Vector256.Create(shift.Factor);
        Vector256<float> offset = Vector256.Create(-shift.Shift);
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = powers.Length - (powers.Length % Lanes);
        for (nuint index = 0; index < (nuint)whole; index += Lanes)
        {
            Vector256<float> e = Vector256.LoadUnsafe(ref power, index);
            Vector256<float> increased = e + increase;
            Vector256<float> ratio = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref growth, index), factor, offset) * e / increased;
            Vector256<float> sum = Vector256.FusedMultiplyAdd(Vector256.Create(1f / 56), ratio, Vector256.Create(-1f / 42));
            sum = Vector256.FusedMultiplyAdd(sum, ratio, Vector256.Create(1f / 30));
            sum = Vector256.FusedMultiplyAdd(sum, ratio, Vector256.Create(-1f / 20));
            sum = Vector256.FusedMultiplyAdd(sum, ratio, Vector256.Create(1f / 12));
            sum = Vector256.FusedMultiplyAdd(sum, ratio, Vector256.Create(-1f / 6));
            sum = Vector256.FusedMultiplyAdd(sum, ratio, Vector256.Create(1f / 2));
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(increased * ratio * ratio * sum);
            lanes0 += lower;
            lanes4 += upper;
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[Half..]);
        return whole;
    }

    // Of magnitudes up to 32, error below 2e-7.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> numbers)
    {
        Vector256<float> rounder = Vector256.Create(Rounder);
        Vector256<float> shifted = Vector256.FusedMultiplyAdd(numbers, Vector256.Create(InverseLn2), rounder);
        Vector256<float> integer = shifted - rounder;
        Vector256<float> rest = Vector256.FusedMultiplyAdd(integer, Vector256.Create(-Ln2High), numbers);
        rest = Vector256.FusedMultiplyAdd(integer, Vector256.Create(-Ln2Low), rest);
        Vector256<float> sum = Vector256.FusedMultiplyAdd(Vector256.Create(1f / 5040), rest, Vector256.Create(1f / 720));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 120));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 24));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 6));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 2));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256<float>.One);
        return (sum.AsInt32() + (shifted.AsInt32() << FractionBits)).AsSingle();
    }

    private static float Exp(float number)
    {
        float shifted = MathF.FusedMultiplyAdd(number, InverseLn2, Rounder);
        float integer = shifted - Rounder;
        float rest = MathF.FusedMultiplyAdd(integer, -Ln2High, number);
        rest = MathF.FusedMultiplyAdd(integer, -Ln2Low, rest);
        float sum = MathF.FusedMultiplyAdd(1f / 5040, rest, 1f / 720);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 120);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 24);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 6);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 2);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1);
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(sum) + (BitConverter.SingleToInt32Bits(shifted) << FractionBits));
    }

    // exp(x) - 1 of magnitudes up to an eighth.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Growth(Vector256<float> numbers)
    {
        Vector256<float> sum = Vector256.FusedMultiplyAdd(Vector256.Create(1f / 720), numbers, Vector256.Create(1f / 120));
        sum = Vector256.FusedMultiplyAdd(sum, numbers, Vector256.Create(1f / 24));
        sum = Vector256.FusedMultiplyAdd(sum, numbers, Vector256.Create(1f / 6));
        sum = Vector256.FusedMultiplyAdd(sum, numbers, Vector256.Create(1f / 2));
        return Vector256.FusedMultiplyAdd(numbers * numbers, sum, numbers);
    }

    private static float Growth(float number)
    {
        float sum = MathF.FusedMultiplyAdd(1f / 720, number, 1f / 120);
        sum = MathF.FusedMultiplyAdd(sum, number, 1f / 24);
        sum = MathF.FusedMultiplyAdd(sum, number, 1f / 6);
        sum = MathF.FusedMultiplyAdd(sum, number, 1f / 2);
        return MathF.FusedMultiplyAdd(number * number, sum, number);
    }
}
