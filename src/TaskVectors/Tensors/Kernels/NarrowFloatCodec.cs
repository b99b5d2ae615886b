using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The codec of a format of 8 or 16 bits.</summary>
internal readonly struct NarrowFloatCodec<TFormat, TBits> : IFloatCodec<TBits>
    where TFormat : struct, IFloatFormat
    where TBits : unmanaged, IBinaryInteger<TBits>
{
    private const int SingleFractionBits = 23;
    private const int SingleBias = 127;
    private const uint SingleExponentMask = 0x7F80_0000;
    private const uint SingleNaN = 0x7FC0_0000;
    private const uint SingleSignBit = 0x8000_0000;
    private const uint SingleOne = 0x3F80_0000;

    public static bool HoldsEveryDouble => false;

    public static double LargestFinite => TFormat.LargestFinite;

    public static double OverflowThreshold => TFormat.OverflowThreshold;

    // Constants to the compiler, as long as it inlines them: large kernels use up its patience.
    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1 + TFormat.ExponentBits + TFormat.FractionBits;
    }

    private static uint SignBit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1u << (Width - 1);
    }

    private static uint MagnitudeMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SignBit - 1;
    }

    private static uint InfinityCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MagnitudeMask >> TFormat.FractionBits << TFormat.FractionBits;
    }

    private static int FractionShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SingleFractionBits - TFormat.FractionBits;
    }

    // What turns an exponent field of the format into one of binary32.
    private static uint Rebias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)(SingleBias - TFormat.Bias) << SingleFractionBits;
    }

    // The places of a code's bits in binary32.
    private static uint AlignedMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SingleSignBit | (MagnitudeMask << FractionShift);
    }

    // As the bits of binary32.
    private static uint SmallestNormal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Rebias + (1u << SingleFractionBits);
    }

    public static double Decode(TBits code) => DecodeSingle(code);

    public static float DecodeSingle(TBits code)
    {
        uint bits = uint.CreateTruncating(code);
        uint magnitude = bits & MagnitudeMask;
        uint sign = (bits & SignBit) << (32 - Width);
        return BitConverter.UInt32BitsToSingle(sign | (IsFinite(bits) ? DecodeFinite(magnitude) : DecodeSpecial(magnitude)));
    }

    public static TBits Encode(double value)
    {
        uint sign = double.IsNegative(value) ? SignBit : 0;
        if (double.IsNaN(value))
        {
            return TBits.CreateTruncating(EncodeNaN(value, sign));
        }

        return Math.Abs(value) < TFormat.OverflowThreshold
            ? WithSign(FloatRounding.Nearest(value, TFormat.FractionBits, TFormat.Bias), sign)
            : TBits.CreateTruncating(EncodeOverflow(sign));
    }

    public static TBits EncodeStochastic(double value, ulong random) => WithSign(
        FloatRounding.Stochastic(value, random, TFormat.FractionBits, TFormat.Bias),
        double.IsNegative(value) ? SignBit : 0);

    public static bool IsNaN(TBits code)
    {
        uint bits = uint.CreateTruncating(code);
        return TFormat.Specials switch
        {
            SpecialCodes.InfinityAndNaN => (bits & MagnitudeMask) > InfinityCode,
            SpecialCodes.AllOnesIsNaN => (bits & MagnitudeMask) == MagnitudeMask,
            _ => bits == SignBit,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Lower, Vector256<double> Upper) Decode8(ref readonly byte source) =>
        Vector256.Widen(DecodeSingle8(in source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> DecodeSingle8(ref readonly byte source)
    {
        Vector256<uint> codes = Load8(in source);
        if (TFormat.ExponentBits == 8)
        {
            return (codes << FractionShift).AsSingle();
        }

        // The sign in its place and the magnitude aligned with that of binary32: a number too small by a power of two, subnormals included.
        Vector256<uint> aligned = ((codes << (32 - Width)).AsInt32() >> (8 - TFormat.ExponentBits)).AsUInt32() & Vector256.Create(AlignedMask);
        Vector256<uint> finite = (aligned.AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle(Rebias + SingleOne))).AsUInt32();
        return WithSpecials(finite, codes).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode8(Vector256<double> lower, Vector256<double> upper, ref byte destination) => Store8(
        Vector256.Narrow(
            FloatRounding.Nearest(lower, TFormat.FractionBits, TFormat.Bias),
            FloatRounding.Nearest(upper, TFormat.FractionBits, TFormat.Bias)),
        SignBits(lower, upper),
        ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeSingle8(Vector256<float> values, ref byte destination)
    {
        // Rounding is an addition to the bits: half a unit less one, and one where the code is odd.
        Vector256<uint> bits = values.AsUInt32();
        Vector256<uint> odd = (bits >>> FractionShift) & Vector256<uint>.One;
        Vector256<uint> half = Vector256.Create((1u << (FractionShift - 1)) - 1);
        if (TFormat.ExponentBits == 8)
        {
            Narrow8((bits + odd + half) >>> FractionShift, ref destination);
            return;
        }

        // Adding the power of two whose unit in the last place is the smallest subnormal makes the adder round to a multiple of that.
        Vector256<uint> magnitude = bits & Vector256.Create(~SingleSignBit);
        Vector256<uint> power = Vector256.Create((uint)(SingleBias + SingleFractionBits + 1 - TFormat.Bias - TFormat.FractionBits) << SingleFractionBits);
        Vector256<uint> subnormal = (magnitude.AsSingle() + power.AsSingle()).AsUInt32() - power;
        Vector256<uint> normal = (magnitude + odd + half - Vector256.Create(Rebias)) >>> FractionShift;
        Vector256<uint> isSubnormal = Vector256.LessThan(magnitude.AsInt32(), Vector256.Create((int)SmallestNormal)).AsUInt32();
        Vector256<uint> sign = (bits >>> (32 - Width)) & Vector256.Create(SignBit);
        Store8(Vector256.ConditionalSelect(isSubnormal, subnormal, normal), sign, ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EncodeStochastic8(
        Vector256<double> lower, Vector256<double> upper, Vector256<ulong> randomLower, Vector256<ulong> randomUpper, ref byte destination) => Store8(
            Vector256.Narrow(
                FloatRounding.Stochastic(lower, randomLower, TFormat.FractionBits, TFormat.Bias),
                FloatRounding.Stochastic(upper, randomUpper, TFormat.FractionBits, TFormat.Bias)),
            SignBits(lower, upper),
            ref destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TBits> IsNaN(Vector256<TBits> codes)
    {
        Vector256<TBits> magnitude = codes & Vector256.Create(TBits.CreateTruncating(MagnitudeMask));
        return TFormat.Specials switch
        {
            SpecialCodes.InfinityAndNaN => Vector256.GreaterThan(magnitude, Vector256.Create(TBits.CreateTruncating(InfinityCode))),
            SpecialCodes.AllOnesIsNaN => Vector256.Equals(magnitude, Vector256.Create(TBits.CreateTruncating(MagnitudeMask))),
            _ => Vector256.Equals(codes, Vector256.Create(TBits.CreateTruncating(SignBit))),
        };
    }

    private static bool IsFinite(uint bits) => TFormat.Specials switch
    {
        SpecialCodes.InfinityAndNaN => (bits & MagnitudeMask) < InfinityCode,
        SpecialCodes.AllOnesIsNaN => (bits & MagnitudeMask) != MagnitudeMask,
        _ => bits != SignBit,
    };

    private static uint DecodeFinite(uint magnitude)
    {
        uint aligned = magnitude << FractionShift;
        if (TFormat.Bias == SingleBias || magnitude >> TFormat.FractionBits != 0)
        {
            return aligned + Rebias;
        }

        float unit = BitConverter.UInt32BitsToSingle(SmallestNormal - ((uint)TFormat.FractionBits << SingleFractionBits));
        return BitConverter.SingleToUInt32Bits(magnitude * unit);
    }

    private static uint DecodeSpecial(uint magnitude) =>
        TFormat.Specials == SpecialCodes.InfinityAndNaN ? SingleExponentMask | (magnitude << FractionShift) : SingleNaN;

    // Replaces the values that were read from codes of infinities and NaNs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> WithSpecials(Vector256<uint> finite, Vector256<uint> codes)
    {
        if (TFormat.Specials == SpecialCodes.InfinityAndNaN)
        {
            Vector256<uint> field = Vector256.Create(InfinityCode);
            return finite | (Vector256.Equals(codes & field, field) & Vector256.Create(SingleExponentMask));
        }

        Vector256<uint> isNaN = TFormat.Specials == SpecialCodes.AllOnesIsNaN
            ? Vector256.Equals(codes | Vector256.Create(SignBit), Vector256.Create(SignBit | MagnitudeMask))
            : Vector256.Equals(codes, Vector256.Create(SignBit));
        return Vector256.ConditionalSelect(isNaN, (finite & Vector256.Create(SingleSignBit)) | Vector256.Create(SingleNaN), finite);
    }

    private static uint EncodeNaN(double value, uint sign)
    {
        const int DoubleFractionBits = 52;
        if (TFormat.Specials == SpecialCodes.MinusZeroIsNaN)
        {
            return SignBit;
        }

        if (Width == 8)
        {
            return sign | MagnitudeMask;
        }

        uint payload = (uint)(BitConverter.DoubleToUInt64Bits(value) >> (DoubleFractionBits - TFormat.FractionBits)) & (MagnitudeMask ^ InfinityCode);
        uint quietBit = 1u << (TFormat.FractionBits - 1);
        return sign | InfinityCode | quietBit | payload;
    }

    private static uint EncodeOverflow(uint sign) => TFormat.Specials switch
    {
        SpecialCodes.InfinityAndNaN => sign | InfinityCode,
        SpecialCodes.AllOnesIsNaN => sign | (MagnitudeMask - 1),
        _ => SignBit,
    };

    private static TBits WithSign(uint magnitude, uint sign) => TBits.CreateTruncating(
        TFormat.Specials == SpecialCodes.MinusZeroIsNaN && magnitude == 0 ? 0 : magnitude | sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SignBits(Vector256<double> lower, Vector256<double> upper) =>
        (Vector256.Narrow(lower.AsUInt64() >>> 32, upper.AsUInt64() >>> 32) >>> (32 - Width)) & Vector256.Create(SignBit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Load8(ref readonly byte source)
    {
        Vector128<ushort> codes = Unsafe.SizeOf<TBits>() == sizeof(ushort)
            ? Unsafe.ReadUnaligned<Vector128<ushort>>(in source)
            : Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(in source)).AsByte());
        return Vector256.WidenLower(codes.ToVector256Unsafe());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store8(Vector256<uint> magnitude, Vector256<uint> sign, ref byte destination)
    {
        if (TFormat.Specials == SpecialCodes.MinusZeroIsNaN)
        {
            sign = Vector256.AndNot(sign, Vector256.Equals(magnitude, Vector256<uint>.Zero));
        }

        Narrow8(magnitude | sign, ref destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow8(Vector256<uint> codes, ref byte destination)
    {
        Vector128<ushort> narrow = Vector128.Narrow(codes.GetLower(), codes.GetUpper());
        if (Unsafe.SizeOf<TBits>() == sizeof(ushort))
        {
            Unsafe.WriteUnaligned(ref destination, narrow);
        }
        else
        {
            Unsafe.WriteUnaligned(ref destination, Vector128.Narrow(narrow, narrow).AsUInt64().ToScalar());
        }
    }
}
