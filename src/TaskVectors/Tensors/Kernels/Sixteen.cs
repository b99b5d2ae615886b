using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// Sixteen numbers in four registers, in the order that suits the codec: each register of the first eight elements holds the same lanes of
/// a <see cref="FixedOrderSum"/> as the one beside it of the last eight.
/// </summary>
internal readonly struct Sixteen(Vector256<double> first, Vector256<double> second, Vector256<double> third, Vector256<double> fourth)
{
    /// <summary>Lanes of group A, from the first eight elements.</summary>
    internal readonly Vector256<double> A0 = first;

    /// <summary>Lanes of group A, from the last eight elements.</summary>
    internal readonly Vector256<double> A8 = second;

    /// <summary>Lanes of group B, from the first eight elements.</summary>
    internal readonly Vector256<double> B0 = third;

    /// <summary>Lanes of group B, from the last eight elements.</summary>
    internal readonly Vector256<double> B8 = fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator *(Sixteen numbers, Vector256<double> factor) =>
        new(numbers.A0 * factor, numbers.A8 * factor, numbers.B0 * factor, numbers.B8 * factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen operator -(Sixteen left, Sixteen right) =>
        new(left.A0 - right.A0, left.A8 - right.A8, left.B0 - right.B0, left.B8 - right.B8);

    /// <summary>From two registers of binary32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Sixteen Widen(Vector256<float> a, Vector256<float> b) =>
        new(Vector256.WidenLower(a), Vector256.WidenUpper(a), Vector256.WidenLower(b), Vector256.WidenUpper(b));

    /// <summary>This times a factor plus numbers, each rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Sixteen MultiplyAdd(Vector256<double> factor, Sixteen sum) => new(
        Vector256.FusedMultiplyAdd(factor, A0, sum.A0),
        Vector256.FusedMultiplyAdd(factor, A8, sum.A8),
        Vector256.FusedMultiplyAdd(factor, B0, sum.B0),
        Vector256.FusedMultiplyAdd(factor, B8, sum.B8));
}
