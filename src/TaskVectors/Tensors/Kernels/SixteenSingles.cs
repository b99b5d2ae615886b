using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.Tensors.Kernels;

/// <summary>Sixteen numbers of binary32 in two registers, in the order that suits the codec.</summary>
internal readonly struct SixteenSingles(Vector256<float> first, Vector256<float> second)
{
    // The even and the odd elements of two registers, four from each half.
    private const byte Even = 0b10_00_10_00;
    private const byte Odd = 0b11_01_11_01;

    /// <summary>The even elements, or the first eight.</summary>
    internal readonly Vector256<float> A = first;

    /// <summary>The odd elements, or the last eight.</summary>
    internal readonly Vector256<float> B = second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles operator -(SixteenSingles left, SixteenSingles right) => new(left.A - right.A, left.B - right.B);

    /// <summary>From memory: the first eight, then the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static SixteenSingles LoadHalves(ref readonly float source) => new(Vector256.LoadUnsafe(in source), Vector256.LoadUnsafe(in source, 8));

    /// <summary>From memory: the even elements, then the odd ones. Needs AVX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static SixteenSingles LoadEvenAndOdd(ref readonly float source)
    {
        Vector256<float> fours = Vector256.Create(Vector128.LoadUnsafe(in source), Vector128.LoadUnsafe(in source, 8));
        Vector256<float> others = Vector256.Create(Vector128.LoadUnsafe(in source, 4), Vector128.LoadUnsafe(in source, 12));
        return new(Avx.Shuffle(fours, others, Even), Avx.Shuffle(fours, others, Odd));
    }

    /// <summary>All bits set in those lanes where one of two numbers is of a magnitude below a share of the number that was added to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector256<float> IsBelow(Vector256<float> share, SixteenSingles added) =>
        Vector256.LessThan(Vector256.Abs(A), Vector256.Abs(added.A * share)) | Vector256.LessThan(Vector256.Abs(B), Vector256.Abs(added.B * share));
}
