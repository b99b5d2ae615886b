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
    public static Sixteen Decode(ref readonly byte source, ref Extremes extremes)
    {
        Vector256<float> first = Unsafe.ReadUnaligned<Vector256<float>>(in source);
        Vector256<float> last = Unsafe.ReadUnaligned<Vector256<float>>(in Unsafe.AddByteOffset(ref Unsafe.AsRef(in source), Half));
        return new(Vector256.WidenLower(first), Vector256.WidenLower(last), Vector256.WidenUpper(first), Vector256.WidenUpper(last));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load(ref readonly double source) => Sixteen.LoadHalves(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Encode(Sixteen sums, ref byte destination, ref Extremes extremes)
    {
        Vector256<float> first = Vector256.Narrow(sums.A0, sums.B0);
        Vector256<float> last = Vector256.Narrow(sums.A8, sums.B8);
        extremes.AddSums(first);
        extremes.AddSums(last);
        Unsafe.WriteUnaligned(ref destination, first);
        Unsafe.WriteUnaligned(ref Unsafe.AddByteOffset(ref destination, Half), last);
        return new(Vector256.WidenLower(first), Vector256.WidenLower(last), Vector256.WidenUpper(first), Vector256.WidenUpper(last));
    }

    public static bool AreOrdinary(Extremes extremes) => extremes.LargestSum < Infinity;
}
