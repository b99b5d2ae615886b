using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The codec of <see cref="DType.F64"/>: numbers as they are.</summary>
internal readonly struct Float64Codec : IFloatCodec<ulong>
{
    private const ulong SignBit = 1UL << 63;
    private const ulong InfinityCode = 0x7FF0_0000_0000_0000;

    public static bool HoldsEveryDouble => true;

    public static double LargestFinite => double.MaxValue;

    public static double OverflowThreshold => double.PositiveInfinity;

    public static double Decode(ulong code) => BitConverter.UInt64BitsToDouble(code);

    public static float DecodeSingle(ulong code) => (float)Decode(code);

    public static ulong Encode(double value) => BitConverter.DoubleToUInt64Bits(value);

    public static ulong EncodeStochastic(double value, ulong random) => Encode(value);

    public static bool IsNaN(ulong code) => (code & ~SignBit) > InfinityCode;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Lower, Vector256<double> Upper) Decode8(ref readonly byte source) =>
        Unsafe.ReadUnaligned<(Vector256<double>, Vector256<double>)>(in source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeSingle8(ref readonly byte source)
    {
        (Vector256<double> lower, Vector256<double> upper) = Decode8(in source);
        return Vector256.Narrow(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode8(Vector256<double> lower, Vector256<double> upper, ref byte destination) =>
        Unsafe.WriteUnaligned(ref destination, (lower, upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSingle8(Vector256<float> values, ref byte destination)
    {
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(values);
        Encode8(lower, upper, ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeStochastic8(
        Vector256<double> lower, Vector256<double> upper, Vector256<ulong> randomLower, Vector256<ulong> randomUpper, ref byte destination) =>
        Encode8(lower, upper, ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> IsNaN(Vector256<ulong> codes) =>
        Vector256.GreaterThan(codes.AsInt64() & Vector256.Create(long.MaxValue), Vector256.Create((long)InfinityCode)).AsUInt64();
}
