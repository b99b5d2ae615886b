using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// Sixteen elements of <see cref="DType.BF16"/>: in each 32 bits of them, the odd element is the upper half of a binary32 number as it
/// stands, and the even one after a shift.
/// </summary>
internal readonly struct BFloat16WideCodec : IWideCodec
{
    private const int Shift = 16;
    private const uint UpperHalf = 0xFFFF_0000;
    private const uint LargestFinite = 0x7F7F;

    public static int ElementSize => sizeof(ushort);

    public static bool IsInterleaved => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Decode(ref readonly byte source, ref Extremes extremes) => Widen(DecodeSingles(in source, ref extremes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles DecodeSingles(ref readonly byte source, ref Extremes extremes)
    {
        Vector256<uint> pairs = Unsafe.ReadUnaligned<Vector256<uint>>(in source);
        return new((pairs << Shift).AsSingle(), (pairs & Vector256.Create(UpperHalf)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load(ref readonly double source) => Sixteen.LoadEvenAndOdd(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Load(ref readonly float source) => SixteenSingles.LoadEvenAndOdd(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Widen(SixteenSingles numbers) => Sixteen.Widen(numbers.A, numbers.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Narrow(Sixteen numbers) => new(Vector256.Narrow(numbers.A0, numbers.A8), Vector256.Narrow(numbers.B0, numbers.B8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Encode(SixteenSingles sums, ref byte destination, ref Extremes extremes)
    {
        Vector256<uint> even = Round(sums.A, ref extremes);
        Vector256<uint> odd = Round(sums.B, ref extremes);
        Unsafe.WriteUnaligned(ref destination, (even >>> Shift) | odd);
        return new(even.AsSingle(), odd.AsSingle());
    }

    public static bool AreOrdinary(Extremes extremes) => extremes.AreSumsBelow(LargestFinite);

    // An addition to the bits: half a unit less one, and one where the code is odd.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Round(Vector256<float> sums, ref Extremes extremes)
    {
        extremes.AddSums(sums);
        Vector256<uint> bits = sums.AsUInt32();
        Vector256<uint> isOdd = (bits >>> Shift) & Vector256<uint>.One;
        return (bits + isOdd + Vector256.Create((1u << (Shift - 1)) - 1)) & Vector256.Create(UpperHalf);
    }
}
