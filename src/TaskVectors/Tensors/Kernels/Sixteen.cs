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

    /// <summary>From memory: group A holds the first halves of eights, B the second ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Sixteen LoadHalves(ref readonly double source) =>
        new(Vector256.LoadUnsafe(in source), Vector256.LoadUnsafe(in source, 8), Vector256.LoadUnsafe(in source, 4), Vector256.LoadUnsafe(in source, 12));

    /// <summary>From memory: group A holds the even elements, B the odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Sixteen LoadEvenAndOdd(ref readonly double source)
    {
        Vector256<double> first = EvenBeforeOdd(Vector256.LoadUnsafe(in source));
        Vector256<double> second = EvenBeforeOdd(Vector256.LoadUnsafe(in source, 4));
        Vector256<double> third = EvenBeforeOdd(Vector256.LoadUnsafe(in source, 8));
        Vector256<double> fourth = EvenBeforeOdd(Vector256.LoadUnsafe(in source, 12));
        return new(
            Vector256.Create(first.GetLower(), second.GetLower()),
            Vector256.Create(third.GetLower(), fourth.GetLower()),
            Vector256.Create(first.GetUpper(), second.GetUpper()),
            Vector256.Create(third.GetUpper(), fourth.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> EvenBeforeOdd(Vector256<double> numbers) => Vector256.Shuffle(numbers, Vector256.Create(0L, 2, 1, 3));

    /// <summary>This times a factor plus numbers, each rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Sixteen MultiplyAdd(Vector256<double> factor, Sixteen sum) => new(
        Vector256.FusedMultiplyAdd(factor, A0, sum.A0),
        Vector256.FusedMultiplyAdd(factor, A8, sum.A8),
        Vector256.FusedMultiplyAdd(factor, B0, sum.B0),
        Vector256.FusedMultiplyAdd(factor, B8, sum.B8));
}
