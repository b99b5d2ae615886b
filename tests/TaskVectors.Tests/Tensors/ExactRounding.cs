using System.Numerics;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

/// <summary>
/// The slow and obvious reference: finds the two codes around a number by bisection over the values of all codes and compares exact
/// distances as integers.
/// </summary>
internal sealed class ExactRounding
{
    private readonly DType _dtype;
    private readonly ulong _largestCode;

    private ExactRounding(DType dtype, ulong largestCode)
    {
        _dtype = dtype;
        _largestCode = largestCode;
    }

    internal double LargestFinite => Value(_largestCode);

    private bool HasMinusZero => _dtype is not (DType.F8_E4M3FNUZ or DType.F8_E5M2FNUZ);

    internal static ExactRounding Of(DType dtype) => new(dtype, dtype switch
    {
        DType.F32 => 0x7F7F_FFFF,
        DType.F16 => 0x7BFF,
        DType.BF16 => 0x7F7F,
        DType.F8_E4M3 => 0x7E,
        DType.F8_E5M2 => 0x7B,
        _ => 0x7F,
    });

    /// <summary>The code nearest to a number within the range.</summary>
    internal ulong Nearest(double number)
    {
        (ulong below, ulong above) = Around(Math.Abs(number));
        BigInteger exact = Fixed(Math.Abs(number));
        int comparison = (exact - Fixed(Value(below))).CompareTo(Fixed(Value(above)) - exact);
        ulong code = comparison < 0 || (comparison == 0 && below % 2 == 0) ? below : above;
        return WithSign(code, number);
    }

    /// <summary>The codes of the neighbours of a number within the range, smaller magnitude first; equal if it has a code.</summary>
    internal (ulong Inner, ulong Outer) Neighbours(double number)
    {
        (ulong below, ulong above) = Around(Math.Abs(number));
        return (WithSign(below, number), WithSign(above, number));
    }

    private (ulong Below, ulong Above) Around(double magnitude)
    {
        (ulong low, ulong high) = (0, _largestCode);
        while (low < high)
        {
            ulong middle = (low + high + 1) / 2;
            (low, high) = Value(middle) <= magnitude ? (middle, high) : (low, middle - 1);
        }

        return (low, Value(low) == magnitude ? low : low + 1);
    }

    private ulong WithSign(ulong code, double number) =>
        double.IsNegative(number) && (code != 0 || HasMinusZero) ? code | (1UL << (_dtype.BitSize() - 1)) : code;

    private double Value(ulong code)
    {
        byte[] bytes = new byte[Codes.Size(_dtype)];
        Codes.Set(_dtype, bytes, 0, code);
        double[] value = new double[1];
        TensorConverter.Decode(_dtype, bytes, value);
        return value[0];
    }

    // In units of the smallest binary64 number.
    private static BigInteger Fixed(double magnitude)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(magnitude);
        int field = (int)(bits >> 52);
        BigInteger fraction = bits & ((1UL << 52) - 1);
        return field == 0 ? fraction : (fraction + (BigInteger.One << 52)) << (field - 1);
    }
}
