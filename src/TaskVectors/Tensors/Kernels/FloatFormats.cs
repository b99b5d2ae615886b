namespace TaskVectors.Tensors.Kernels;

/// <summary>What the codes of a format stand for besides finite numbers.</summary>
internal enum SpecialCodes
{
    /// <summary>As IEEE 754: the largest exponent field means infinity (fraction 0) or NaN.</summary>
    InfinityAndNaN,

    /// <summary>Only the code of all ones, with either sign, is NaN; there is no infinity.</summary>
    AllOnesIsNaN,

    /// <summary>Only the code of minus zero is NaN; there is no infinity and no minus zero.</summary>
    MinusZeroIsNaN,
}

/// <summary>
/// A binary floating-point format of at most 16 bits: a sign, an exponent field e and a fraction field f of F bits stand for
/// 2^(e - bias) (1 + f / 2^F), or for 2^(1 - bias) f / 2^F if e is 0.
/// </summary>
internal interface IFloatFormat
{
    /// <summary>The width of the exponent field.</summary>
    static abstract int ExponentBits { get; }

    /// <summary>The width of the fraction field.</summary>
    static abstract int FractionBits { get; }

    /// <summary>What is subtracted from the exponent field.</summary>
    static abstract int Bias { get; }

    /// <summary>Which codes are not finite numbers.</summary>
    static abstract SpecialCodes Specials { get; }

    /// <summary>The largest finite value.</summary>
    static abstract double LargestFinite { get; }

    /// <summary>The smallest magnitude that rounds beyond <see cref="LargestFinite"/>: half a unit above, or just above that when ties round down.</summary>
    static abstract double OverflowThreshold { get; }
}

/// <summary>The format of <see cref="DType.F16"/>.</summary>
internal readonly struct Float16Format : IFloatFormat
{
    public static int ExponentBits => 5;

    public static int FractionBits => 10;

    public static int Bias => 15;

    public static SpecialCodes Specials => SpecialCodes.InfinityAndNaN;

    public static double LargestFinite => 65504;

    public static double OverflowThreshold => 65520;
}

/// <summary>The format of <see cref="DType.BF16"/>.</summary>
internal readonly struct BFloat16Format : IFloatFormat
{
    public static int ExponentBits => 8;

    public static int FractionBits => 7;

    public static int Bias => 127;

    public static SpecialCodes Specials => SpecialCodes.InfinityAndNaN;

    public static double LargestFinite => BitConverter.UInt64BitsToDouble(0x47EFE00000000000);

    public static double OverflowThreshold => BitConverter.UInt64BitsToDouble(0x47EFF00000000000);
}

/// <summary>The format of <see cref="DType.F8_E4M3"/>.</summary>
internal readonly struct Float8E4M3Format : IFloatFormat
{
    public static int ExponentBits => 4;

    public static int FractionBits => 3;

    public static int Bias => 7;

    public static SpecialCodes Specials => SpecialCodes.AllOnesIsNaN;

    public static double LargestFinite => 448;

    // The number after 464: the tie at 464 goes to 448, whose fraction is even.
    public static double OverflowThreshold => BitConverter.UInt64BitsToDouble(0x407D000000000001);
}

/// <summary>The format of <see cref="DType.F8_E5M2"/>.</summary>
internal readonly struct Float8E5M2Format : IFloatFormat
{
    public static int ExponentBits => 5;

    public static int FractionBits => 2;

    public static int Bias => 15;

    public static SpecialCodes Specials => SpecialCodes.InfinityAndNaN;

    public static double LargestFinite => 57344;

    public static double OverflowThreshold => 61440;
}

/// <summary>The format of <see cref="DType.F8_E4M3FNUZ"/>.</summary>
internal readonly struct Float8E4M3FnuzFormat : IFloatFormat
{
    public static int ExponentBits => 4;

    public static int FractionBits => 3;

    public static int Bias => 8;

    public static SpecialCodes Specials => SpecialCodes.MinusZeroIsNaN;

    public static double LargestFinite => 240;

    public static double OverflowThreshold => 248;
}

/// <summary>The format of <see cref="DType.F8_E5M2FNUZ"/>.</summary>
internal readonly struct Float8E5M2FnuzFormat : IFloatFormat
{
    public static int ExponentBits => 5;

    public static int FractionBits => 2;

    public static int Bias => 16;

    public static SpecialCodes Specials => SpecialCodes.MinusZeroIsNaN;

    public static double LargestFinite => 57344;

    public static double OverflowThreshold => 61440;
}
