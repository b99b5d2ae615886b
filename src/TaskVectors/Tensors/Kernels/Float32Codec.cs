using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The codec of <see cref="DType.F32"/>: the processor's own conversions.</summary>
internal readonly struct Float32Codec : IFloatCodec<uint>
{
    private const int FractionBits = 23;
    private const int Bias = 127;
    private const uint SignBit = 0x8000_0000;
    private const uint InfinityCode = 0x7F80_0000;

    public static bool HoldsEveryDouble => false;

    public static double LargestFinite => float.MaxValue;

    public static double OverflowThreshold => BitConverter.UInt64BitsToDouble(0x47EFFFFFF0000000);

    public static double Decode(uint code) => DecodeSingle(code);

    public static float DecodeSingle(uint code) => BitConverter.UInt32BitsToSingle(code);

    public static uint Encode(double value) => BitConverter.SingleToUInt32Bits((float)value);

    public static uint EncodeStochastic(double value, ulong random) =>
        FloatRounding.Stochastic(value, random, FractionBits, Bias) | (double.IsNegative(value) ? SignBit : 0);

    public static bool IsNaN(uint code) => (code & ~SignBit) > InfinityCode;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Lower, Vector256<double> Upper) Decode8(ref readonly byte source) =>
        Vector256.Widen(DecodeSingle8(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeSingle8(ref readonly byte source) => Unsafe.ReadUnaligned<Vector256<float>>(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode8(Vector256<double> lower, Vector256<double> upper, ref byte destination) =>
        Unsafe.WriteUnaligned(ref destination, Vector256.Narrow(lower, upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSingle8(Vector256<float> values, ref byte destination) => Unsafe.WriteUnaligned(ref destination, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeStochastic8(
        Vector256<double> lower, Vector256<double> upper, Vector256<ulong> randomLower, Vector256<ulong> randomUpper, ref byte destination)
    {
        Vector256<uint> magnitude = Vector256.Narrow(
            FloatRounding.Stochastic(lower, randomLower, FractionBits, Bias),
            FloatRounding.Stochastic(upper, randomUpper, FractionBits, Bias));
        Vector256<uint> sign = Vector256.Narrow(lower.AsUInt64() >>> 32, upper.AsUInt64() >>> 32) & Vector256.Create(SignBit);
        Unsafe.WriteUnaligned(ref destination, magnitude | sign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> IsNaN(Vector256<uint> codes) =>
        Vector256.GreaterThan(codes.AsInt32() & Vector256.Create(int.MaxValue), Vector256.Create((int)InfinityCode)).AsUInt32();
}
