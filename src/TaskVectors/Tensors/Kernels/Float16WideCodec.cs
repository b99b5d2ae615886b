using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// Sixteen elements of <see cref="DType.F16"/>, even and odd ones apart: moved to the place of the fields of binary32 a code is its value
/// times 2^-112, subnormals included.
/// </summary>
internal readonly struct Float16WideCodec : IWideCodec
{
    private const int Shift = 16;
    private const int ExponentShift = 3;
    private const int FractionShift = 13;
    private const int SingleFractionBits = 23;
    private const uint AlignedMask = 0x8FFF_E000;
    private const uint SingleSignBit = 0x8000_0000;
    private const uint SingleExponentMask = 0x7F80_0000;
    private const uint Scale = (127 + 112) << SingleFractionBits;
    private const uint SmallestNormal = (127 - 14) << SingleFractionBits;
    private const ushort InfinityCode = 0x7C00;
    private const uint MagnitudeMask = 0x7FFF;

    // The upper half of the bits of 65280: the next larger ones may round beyond the largest finite number.
    private const uint LargestCertain = 0x477F;

    public static int ElementSize => sizeof(ushort);

    public static bool IsInterleaved => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Decode(ref readonly byte source, ref Extremes extremes) => Widen(DecodeSingles(in source, ref extremes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles DecodeSingles(ref readonly byte source, ref Extremes extremes)
    {
        Vector256<int> pairs = Unsafe.ReadUnaligned<Vector256<int>>(in source);
        extremes.AddCodes(pairs.AsUInt16());
        return new(Decode(pairs << Shift), Decode(pairs));
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
        (Vector256<uint> even, Vector256<float> evenValues) = Round(sums.A, ref extremes);
        (Vector256<uint> odd, Vector256<float> oddValues) = Round(sums.B, ref extremes);
        Unsafe.WriteUnaligned(ref destination, even | (odd << Shift));
        return new(evenValues, oddValues);
    }

    public static bool AreOrdinary(Extremes extremes) => extremes.AreSumsBelow(LargestCertain) && extremes.AreCodesBelow(InfinityCode);

    // From a code in the upper half of each lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Decode(Vector256<int> codes) =>
        ((codes >> ExponentShift).AsUInt32() & Vector256.Create(AlignedMask)).AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(Scale));

    // Adding a power of two whose unit in the last place is that of the code makes the adder round to a multiple of it, and leaves the
    // multiple in the low bits of the sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> Codes, Vector256<float> Values) Round(Vector256<float> sums, ref Extremes extremes)
    {
        extremes.AddSums(sums);
        Vector256<uint> sign = sums.AsUInt32() & Vector256.Create(SingleSignBit);
        Vector256<uint> magnitude = sums.AsUInt32() ^ sign;
        Vector256<uint> power = Vector256.Max(magnitude, Vector256.Create(SmallestNormal)) & Vector256.Create(SingleExponentMask);
        Vector256<float> unit = (power + Vector256.Create((uint)FractionShift << SingleFractionBits)).AsSingle();
        Vector256<float> shifted = magnitude.AsSingle() + unit;
        Vector256<uint> values = (shifted - unit).AsUInt32() | sign;

        // The exponent of the power counts from that of the smallest normal number, whose field is 1.
        Vector256<uint> field = (power - Vector256.Create(SmallestNormal)) >>> FractionShift;
        Vector256<uint> codes = (shifted.AsUInt32() + field) & Vector256.Create(MagnitudeMask);
        return (codes | (sign >>> Shift), values.AsSingle());
    }
}
