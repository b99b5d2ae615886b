using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>Sixteen elements of <see cref="DType.F32"/>: the processor's own conversions.</summary>
internal readonly struct Float32WideCodec : IWideCodec
{
    private const int Half = 8 * sizeof(float);
    private const uint Infinity = 0x7F80;

    public static int ElementSize => sizeof(float);

    public static bool IsInterleaved => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Decode(ref readonly byte source, ref Extremes extremes) => Widen(DecodeSingles(in source, ref extremes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles DecodeSingles(ref readonly byte source, ref Extremes extremes)
    {
        Vector256<float> first = Unsafe.ReadUnaligned<Vector256<float>>(in source);
        Vector256<float> last = Unsafe.ReadUnaligned<Vector256<float>>(in Unsafe.AddByteOffset(ref Unsafe.AsRef(in source), Half));
        return new(first, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load(ref readonly double source) => Sixteen.LoadHalves(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Load(ref readonly float source) => SixteenSingles.LoadHalves(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Widen(SixteenSingles numbers) =>
        new(Vector256.WidenLower(numbers.A), Vector256.WidenLower(numbers.B), Vector256.WidenUpper(numbers.A), Vector256.WidenUpper(numbers.B));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Narrow(Sixteen numbers) => new(Vector256.Narrow(numbers.A0, numbers.B0), Vector256.Narrow(numbers.A8, numbers.B8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenSingles Encode(SixteenSingles sums, ref byte destination, ref Extremes extremes)
    {
        extremes.AddSums(sums.A);
        extremes.AddSums(sums.B);
        Unsafe.WriteUnaligned(ref destination, sums.A);
        Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref destination, Half), sums.B);
        return sums;
    }

    public static bool AreOrdinary(Extremes extremes) => extremes.AreSumsBelow(Infinity);
}
