using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// Rounds binary64 magnitudes to the codes of smaller formats in one step. A code is (exponent field, fraction) read as one integer, without the
/// sign: rounding up is adding one to it, also across powers of two and from the subnormal to the normal numbers.
/// </summary>
internal static class FloatRounding
{
    private const int DoubleFractionBits = 52;
    private const int DoubleBias = 1023;
    private const ulong ImplicitBit = 1UL << DoubleFractionBits;
    private const ulong FractionMask = ImplicitBit - 1;
    private const ulong MagnitudeMask = ulong.MaxValue >> 1;

    // Longest shift for which significand + random bits below the shift stay within 64 bits.
    private const int LongestShift = 63;

    /// <summary>The code nearest to a finite magnitude that does not overflow; ties go to the even code.</summary>
    internal static uint Nearest(double value, int fractionBits, int bias)
    {
        (ulong significand, int shift, uint normalCode) = Split(value, fractionBits, bias);
        if (shift > LongestShift)
        {
            return 0;
        }

        ulong code = significand >> shift;
        ulong remainder = significand - (code << shift);
        ulong half = 1UL << (shift - 1);
        bool up = remainder > half || (remainder == half && (code & 1) != 0);
        return normalCode + (uint)code + (up ? 1u : 0u);
    }

    /// <summary>
    /// One of the two codes around a magnitude of at most the largest finite value: the upper one if the discarded bits plus as many random bits carry.
    /// </summary>
    internal static uint Stochastic(double value, ulong random, int fractionBits, int bias)
    {
        (ulong significand, int shift, uint normalCode) = Split(value, fractionBits, bias);
        int excess = Math.Max(shift - LongestShift, 0);
        significand = excess > LongestShift ? 0 : significand >> excess;
        shift -= excess;
        return normalCode + (uint)((significand + (random >> (64 - shift))) >> shift);
    }

    /// <summary><see cref="Nearest(double, int, int)"/> of four magnitudes, in the low 32 bits of each lane; the high bits are arbitrary.</summary>
    /// <remarks>
    /// Adding 2^(e + 52 - F), e the exponent of x and F the width of the fraction field, makes the adder round x to a multiple of its unit in the last
    /// place 2^(e - F) and leave the multiple in the low bits of the sum.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Nearest(Vector256<double> values, int fractionBits, int bias)
    {
        ulong minimumField = (ulong)(DoubleBias + 1 - bias);
        Vector256<double> magnitude = Vector256.Abs(values);
        Vector256<double> smallestNormal = Vector256.Create(BitConverter.UInt64BitsToDouble(minimumField << DoubleFractionBits));
        Vector256<ulong> power = Vector256.MaxNative(magnitude, smallestNormal).AsUInt64() & Vector256.Create(~FractionMask);
        Vector256<ulong> unit = power + Vector256.Create((ulong)(DoubleFractionBits - fractionBits) << DoubleFractionBits);
        Vector256<ulong> multiple = (magnitude + unit.AsDouble()).AsUInt64();
        return multiple + (power >>> (DoubleFractionBits - fractionBits)) - Vector256.Create(minimumField << fractionBits);
    }

    /// <summary><see cref="Stochastic(double, ulong, int, int)"/> of four magnitudes, one code a lane. Needs AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Stochastic(Vector256<double> values, Vector256<ulong> random, int fractionBits, int bias)
    {
        Vector256<ulong> magnitude = values.AsUInt64() & Vector256.Create(MagnitudeMask);
        Vector256<ulong> significand = (magnitude & Vector256.Create(FractionMask)) | Vector256.Create(ImplicitBit);
        Vector256<ulong> exponent = (magnitude >>> DoubleFractionBits) - Vector256.Create((ulong)(DoubleBias + 1 - bias));
        Vector256<ulong> shift = PositivePart(-exponent) + Vector256.Create((ulong)(DoubleFractionBits - fractionBits));
        Vector256<ulong> excess = PositivePart(shift - Vector256.Create((ulong)LongestShift));
        significand = Avx2.ShiftRightLogicalVariable(significand, excess);
        shift -= excess;
        Vector256<ulong> carry = Avx2.ShiftRightLogicalVariable(random, Vector256.Create(64UL) - shift);
        return Avx2.ShiftRightLogicalVariable(significand + carry, shift) + (PositivePart(exponent) << fractionBits);
    }

    // Small numbers: in a positive one the upper half is 0, in a negative one both halves are negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> PositivePart(Vector256<ulong> values) => Vector256.Max(values.AsInt32(), Vector256<int>.Zero).AsUInt64();

    // |value| = significand 2^-shift units in the last place of the format; normalCode is what the exponent adds to the code.
    private static (ulong Significand, int Shift, uint NormalCode) Split(double value, int fractionBits, int bias)
    {
        ulong magnitude = BitConverter.DoubleToUInt64Bits(value) & MagnitudeMask;
        int field = (int)(magnitude >> DoubleFractionBits);
        ulong significand = (magnitude & FractionMask) | (field > 0 ? ImplicitBit : 0);
        int exponent = Math.Max(field, 1) - (DoubleBias + 1 - bias);
        int shift = DoubleFractionBits - fractionBits + Math.Max(-exponent, 0);
        return (significand, shift, (uint)Math.Max(exponent, 0) << fractionBits);
    }
}
