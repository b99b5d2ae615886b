using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Merging.Sums;

/// <summary>
/// exp, tanh and log of four numbers at once or of one, in the same steps, so that results depend neither on the processor nor on its libraries. Errors are
/// below 4 units in the last place. exp and tanh come from the series of exp(r) - 1 on |r| &lt;= ln(2) / 2, log from that of the inverse hyperbolic tangent.
/// </summary>
internal static class ElementaryFunctions
{
    private const double LargestExponent = 709;
    private const double SmallestExponent = -708;

    // Beyond it tanh is 1 to the last bit: twice as large is the exponent of e.
    private const double LargestTangent = 40;

    // Adding it rounds to an integer, which the low bits of the sum hold.
    private const double Rounder = 6755399441055744;
    private const int FractionBits = 52;

    // ln(2) in two parts, the first with bits to spare for products with small integers.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.4426950408889634;

    private const long RootOfHalf = 0x3FE6A09E667F3BCD;
    private const long Bias = 1024;
    private const long IntegerBits = 0x4330000000000000;
    private const double IntegerOffset = 4503599627370496 + Bias;

    /// <summary>e to the power of each number; those beyond the range of F64 give its ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> numbers)
    {
        Vector256<double> largest = Vector256.Create(LargestExponent);
        Vector256<double> smallest = Vector256.Create(SmallestExponent);
        numbers = Vector256.ConditionalSelect(Vector256.GreaterThan(numbers, largest), largest, numbers);
        numbers = Vector256.ConditionalSelect(Vector256.LessThan(numbers, smallest), smallest, numbers);
        (Vector256<double> power, Vector256<double> growth) = Reduce(numbers);
        return Vector256.FusedMultiplyAdd(power, growth, power);
    }

    /// <inheritdoc cref="Exp(Vector256{double})"/>
    public static double Exp(double number)
    {
        number = number > LargestExponent ? LargestExponent : number;
        number = number < SmallestExponent ? SmallestExponent : number;
        (double power, double growth) = Reduce(number);
        return Math.FusedMultiplyAdd(power, growth, power);
    }

    /// <summary>The hyperbolic tangent of each number: (e^2x - 1) / (e^2x + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Tanh(Vector256<double> numbers)
    {
        Vector256<double> largest = Vector256.Create(LargestTangent);
        Vector256<double> sign = numbers & Vector256.Create(-0.0);
        Vector256<double> twice = Vector256.Abs(numbers) + Vector256.Abs(numbers);
        twice = Vector256.ConditionalSelect(Vector256.GreaterThan(twice, largest), largest, twice);
        (Vector256<double> power, Vector256<double> growth) = Reduce(twice);
        Vector256<double> lessOne = Vector256.FusedMultiplyAdd(power, growth, power - Vector256<double>.One);
        return (lessOne / (lessOne + Vector256.Create(2.0))) | sign;
    }

    /// <inheritdoc cref="Tanh(Vector256{double})"/>
    public static double Tanh(double number)
    {
        double twice = Math.Abs(number) + Math.Abs(number);
        twice = twice > LargestTangent ? LargestTangent : twice;
        (double power, double growth) = Reduce(twice);
        double lessOne = Math.FusedMultiplyAdd(power, growth, power - 1);
        return Math.CopySign(lessOne / (lessOne + 2), number);
    }

    /// <summary>The natural logarithm of positive, finite and normal numbers; NaN of NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log(Vector256<double> numbers)
    {
        Vector256<long> bits = numbers.AsInt64();
        Vector256<long> exponent = (bits + Vector256.Create((Bias << FractionBits) - RootOfHalf)) >>> FractionBits;
        Vector256<double> fraction = (bits - ((exponent - Vector256.Create(Bias)) << FractionBits)).AsDouble();
        Vector256<double> power = (exponent | Vector256.Create(IntegerBits)).AsDouble() - Vector256.Create(IntegerOffset);
        Vector256<double> change = fraction - Vector256<double>.One;
        Vector256<double> tangent = change / (fraction + Vector256<double>.One);
        Vector256<double> square = tangent * tangent;
        Vector256<double> sum = Vector256.Create(1.0 / 21);
        for (int divisor = 19; divisor >= 3; divisor -= 2)
        {
            sum = Vector256.FusedMultiplyAdd(sum, square, Vector256.Create(1.0 / divisor));
        }

        Vector256<double> twice = tangent + tangent;
        Vector256<double> low = Vector256.FusedMultiplyAdd(power, Vector256.Create(Ln2Low), twice * square * sum);
        Vector256<double> result = Vector256.FusedMultiplyAdd(power, Vector256.Create(Ln2High), twice + low);
        return Vector256.ConditionalSelect(Vector256.Equals(numbers, numbers), result, numbers);
    }

    /// <inheritdoc cref="Log(Vector256{double})"/>
    public static double Log(double number)
    {
        if (double.IsNaN(number))
        {
            return number;
        }

        long bits = BitConverter.DoubleToInt64Bits(number);
        long exponent = (bits + ((Bias << FractionBits) - RootOfHalf)) >>> FractionBits;
        double fraction = BitConverter.Int64BitsToDouble(bits - ((exponent - Bias) << FractionBits));
        double power = exponent - Bias;
        double tangent = (fraction - 1) / (fraction + 1);
        double square = tangent * tangent;
        double sum = 1.0 / 21;
        for (int divisor = 19; divisor >= 3; divisor -= 2)
        {
            sum = Math.FusedMultiplyAdd(sum, square, 1.0 / divisor);
        }

        double twice = tangent + tangent;
        double low = Math.FusedMultiplyAdd(power, Ln2Low, twice * square * sum);
        return Math.FusedMultiplyAdd(power, Ln2High, twice + low);
    }

    // 2^k and exp(r) - 1, where the number is k ln(2) + r.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Power, Vector256<double> Growth) Reduce(Vector256<double> numbers)
    {
        Vector256<double> rounder = Vector256.Create(Rounder);
        Vector256<double> shifted = Vector256.FusedMultiplyAdd(numbers, Vector256.Create(InverseLn2), rounder);
        Vector256<double> integer = shifted - rounder;
        Vector256<double> rest = Vector256.FusedMultiplyAdd(integer, Vector256.Create(-Ln2High), numbers);
        rest = Vector256.FusedMultiplyAdd(integer, Vector256.Create(-Ln2Low), rest);
        Vector256<double> power = ((shifted.AsInt64() << FractionBits) + Vector256<double>.One.AsInt64()).AsDouble();

        // In pairs of powers, joined two by two: short chains rather than a long one.
        Vector256<double> square = rest * rest;
        Vector256<double> fourth = square * square;
        Vector256<double> pair2 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 6), rest, Vector256.Create(1.0 / 2));
        Vector256<double> pair4 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 120), rest, Vector256.Create(1.0 / 24));
        Vector256<double> pair6 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 5040), rest, Vector256.Create(1.0 / 720));
        Vector256<double> pair8 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 362880), rest, Vector256.Create(1.0 / 40320));
        Vector256<double> pair10 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 39916800), rest, Vector256.Create(1.0 / 3628800));
        Vector256<double> pair12 = Vector256.FusedMultiplyAdd(Vector256.Create(1.0 / 6227020800), rest, Vector256.Create(1.0 / 479001600));
        Vector256<double> four2 = Vector256.FusedMultiplyAdd(pair4, square, pair2);
        Vector256<double> four6 = Vector256.FusedMultiplyAdd(pair8, square, pair6);
        Vector256<double> four10 = Vector256.FusedMultiplyAdd(pair12, square, pair10);
        Vector256<double> sum = Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(four10, fourth, four6), fourth, four2);
        return (power, Vector256.FusedMultiplyAdd(sum, square, rest));
    }

    private static (double Power, double Growth) Reduce(double number)
    {
        double shifted = Math.FusedMultiplyAdd(number, InverseLn2, Rounder);
        double integer = shifted - Rounder;
        double rest = Math.FusedMultiplyAdd(integer, -Ln2High, number);
        rest = Math.FusedMultiplyAdd(integer, -Ln2Low, rest);
        double power = BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(shifted) << FractionBits) + BitConverter.DoubleToInt64Bits(1.0));
        double square = rest * rest;
        double fourth = square * square;
        double pair2 = Math.FusedMultiplyAdd(1.0 / 6, rest, 1.0 / 2);
        double pair4 = Math.FusedMultiplyAdd(1.0 / 120, rest, 1.0 / 24);
        double pair6 = Math.FusedMultiplyAdd(1.0 / 5040, rest, 1.0 / 720);
        double pair8 = Math.FusedMultiplyAdd(1.0 / 362880, rest, 1.0 / 40320);
        double pair10 = Math.FusedMultiplyAdd(1.0 / 39916800, rest, 1.0 / 3628800);
        double pair12 = Math.FusedMultiplyAdd(1.0 / 6227020800, rest, 1.0 / 479001600);
        double four2 = Math.FusedMultiplyAdd(pair4, square, pair2);
        double four6 = Math.FusedMultiplyAdd(pair8, square, pair6);
        double four10 = Math.FusedMultiplyAdd(pair12, square, pair10);
        double sum = Math.FusedMultiplyAdd(Math.FusedMultiplyAdd(four10, fourth, four6), fourth, four2);
        return (power, Math.FusedMultiplyAdd(sum, square, rest));
    }
}
