using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Fusion;

/// <summary>The sums of a softmax and of a divergence between two, in the order of a <see cref="FixedOrderSum"/>.</summary>
internal static class SoftmaxSums
{
    private const int Lanes = FixedOrderSum.Lanes;
    private const int Half = Lanes / 2;

    /// <summary>Sets y_i = exp(x_i - max x), the softmax but for a factor, and returns their sum.</summary>
    public static double Exponentiate(ReadOnlySpan<double> row, Span<double> powers)
    {
        double top = Largest(row);
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        int done = Vector256.IsHardwareAccelerated ? ExponentiateVectors(row, top, powers, lanes) : 0;
        ExponentiateScalar(row[done..], top, powers[done..], lanes);
        return FixedOrderSum.Reduce(lanes);
    }

    /// <summary>The sum of p_i log(p_i / q_i), p and q powers times a share, plus a smallest probability.</summary>
    public static double Divergence(ReadOnlySpan<double> changed, double changedShare, ReadOnlySpan<double> original, double originalShare, double smallest)
    {
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        int done = Vector256.IsHardwareAccelerated ? AddDivergenceVectors(changed, changedShare, original, originalShare, smallest, lanes) : 0;
        AddDivergenceScalar(changed[done..], changedShare, original[done..], originalShare, smallest, lanes);
        return FixedOrderSum.Reduce(lanes);
    }

    /// <summary>Does the work of <see cref="Exponentiate"/> one by one, adding to lane i mod 8.</summary>
    public static void ExponentiateScalar(ReadOnlySpan<double> row, double top, Span<double> powers, Span<double> lanes)
    {
        for (int index = 0; index < row.Length; index++)
        {
            powers[index] = ElementaryFunctions.Exp(row[index] - top);
            lanes[index % Lanes] += powers[index];
        }
    }

    /// <summary>Does the work of <see cref="Divergence"/> one by one, adding to lane i mod 8.</summary>
    public static void AddDivergenceScalar(
        ReadOnlySpan<double> changed, double changedShare, ReadOnlySpan<double> original, double originalShare, double smallest, Span<double> lanes)
    {
        for (int index = 0; index < changed.Length; index++)
        {
            double p = Math.FusedMultiplyAdd(changed[index], changedShare, smallest);
            double q = Math.FusedMultiplyAdd(original[index], originalShare, smallest);
            ref double lane = ref lanes[index % Lanes];
            lane = Math.FusedMultiplyAdd(p, ElementaryFunctions.Log(p / q), lane);
        }
    }

    // Numbers only: the order does not matter.
    private static double Largest(ReadOnlySpan<double> row)
    {
        double top = double.NegativeInfinity;
        int index = 0;
        if (Vector256.IsHardwareAccelerated && row.Length >= Half)
        {
            Vector256<double> tops = Vector256.Create(double.NegativeInfinity);
            for (; index <= row.Length - Half; index += Half)
            {
                tops = Vector256.Max(tops, Vector256.Create(row[index..]));
            }

            top = Math.Max(Math.Max(tops[0], tops[1]), Math.Max(tops[2], tops[3]));
        }

        for (; index < row.Length; index++)
        {
            top = Math.Max(top, row[index]);
        }

        return top;
    }

    // For the whole groups of eight; returns how many elements those are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ExponentiateVectors(ReadOnlySpan<double> row, double top, Span<double> powers, Span<double> lanes)
    {
        ref double number = ref MemoryMarshal.GetReference(row);
        ref double power = ref MemoryMarshal.GetReference(powers);
        Vector256<double> most = Vector256.Create(top);
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = row.Length - (row.Length % Lanes);
        for (nuint index = 0; index < (nuint)whole; index += Lanes)
        {
            Vector256<double> lower = ElementaryFunctions.Exp(Vector256.LoadUnsafe(ref number, index) - most);
            Vector256<double> upper = ElementaryFunctions.Exp(Vector256.LoadUnsafe(ref number, index + Half) - most);
            lower.StoreUnsafe(ref power, index);
            upper.StoreUnsafe(ref power, index + Half);
            lanes0 += lower;
            lanes4 += upper;
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[Half..]);
        return whole;
    }

    // For the whole groups of eight; returns how many elements those are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddDivergenceVectors(
        ReadOnlySpan<double> changed, double changedShare, ReadOnlySpan<double> original, double originalShare, double smallest, Span<double> lanes)
    {
        ref double left = ref MemoryMarshal.GetReference(changed);
        ref double right = ref MemoryMarshal.GetReference(original);
        Vector256<double> leftShare = Vector256.Create(changedShare);
        Vector256<double> rightShare = Vector256.Create(originalShare);
        Vector256<double> least = Vector256.Create(smallest);
        Vector256<double> lanes0 = default, lanes4 = default;
        int whole = changed.Length - (changed.Length % Lanes);
        for (nuint index = 0; index < (nuint)whole; index += Lanes)
        {
            Vector256<double> p = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, index), leftShare, least);
            Vector256<double> q = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref right, index), rightShare, least);
            lanes0 = Vector256.FusedMultiplyAdd(p, ElementaryFunctions.Log(p / q), lanes0);
            p = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, index + Half), leftShare, least);
            q = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref right, index + Half), rightShare, least);
            lanes4 = Vector256.FusedMultiplyAdd(p, ElementaryFunctions.Log(p / q), lanes4);
        }

        lanes0.CopyTo(lanes);
        lanes4.CopyTo(lanes[Half..]);
        return whole;
    }
}
