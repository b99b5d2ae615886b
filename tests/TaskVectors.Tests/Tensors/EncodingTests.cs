using System.Buffers.Binary;
using FsCheck.Xunit;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

public class EncodingTests
{
    public static TheoryData<DType> Types => Samples.Types(_ => true);

    public static TheoryData<DType> SmallTypes => Samples.Types(dtype => dtype.BitSize() <= 16);

    [Theory]
    [MemberData(nameof(SmallTypes))]
    public void Every_code_that_is_not_NaN_comes_back_from_its_value(DType dtype)
    {
        byte[] codes = Codes.All(dtype);
        double[] numbers = new double[codes.Length / Codes.Size(dtype)];
        TensorConverter.Decode(dtype, codes, numbers);
        byte[] back = new byte[codes.Length];
        _ = TensorConverter.Encode(dtype, numbers, back);

        for (int code = 0; code < numbers.Length; code++)
        {
            if (!double.IsNaN(numbers[code]))
            {
                Assert.Equal((ulong)code, Codes.Get(dtype, back, code));
            }
        }
    }

    [Property]
    public void Any_binary32_or_binary64_that_is_not_NaN_comes_back_from_its_value(uint single, ulong number)
    {
        AssertComesBack(DType.F32, single);
        AssertComesBack(DType.F64, number);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_round_to_the_nearest_code_and_ties_to_the_even_one(DType dtype)
    {
        if (dtype == DType.F64)
        {
            return;
        }

        double[] numbers = Array.FindAll(Samples.Numbers(dtype, 20_000, 17), number => !double.IsNaN(number));
        byte[] codes = new byte[numbers.Length * Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, numbers, codes);
        ExactRounding reference = ExactRounding.Of(dtype);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (Math.Abs(numbers[i]) <= reference.LargestFinite)
            {
                ulong expected = reference.Nearest(numbers[i]);
                Assert.True(expected == Codes.Get(dtype, codes, i), $"{numbers[i]:R} gave {Codes.Get(dtype, codes, i):X}, not {expected:X}");
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Encoding_keeps_order(double a, double b, int exponent)
    {
        if (double.IsNaN(a) || double.IsNaN(b))
        {
            return;
        }

        (double low, double high) = (Math.ScaleB(Math.Min(a, b), exponent % 200), Math.ScaleB(Math.Max(a, b), exponent % 200));
        foreach (DType dtype in Samples.ArithmeticTypes)
        {
            // Beyond the range the FNUZ types give NaN, which has no order.
            (double lowValue, double highValue) = (RoundTrip(dtype, low), RoundTrip(dtype, high));
            Assert.True(lowValue <= highValue || double.IsNaN(lowValue) || double.IsNaN(highValue), $"{dtype}: {low:R} {high:R}");
        }
    }

    // Type, largest finite value, smallest magnitude that overflows, code of overflow, of infinity, of NaN (all for plus).
    [Theory]
    [InlineData(DType.F32, 3.4028234663852886e38, 3.4028235677973366e38, 0x7F800000, 0x7F800000, 0x7FC00000)]
    [InlineData(DType.BF16, 3.3895313892515355e38, 3.3961775292304601e38, 0x7F80, 0x7F80, 0x7FC0)]
    [InlineData(DType.F16, 65504.0, 65520.0, 0x7C00, 0x7C00, 0x7E00)]
    [InlineData(DType.F8_E5M2, 57344.0, 61440.0, 0x7C, 0x7C, 0x7F)]
    [InlineData(DType.F8_E4M3, 448.0, 464.00000000000006, 0x7E, 0x7E, 0x7F)]
    [InlineData(DType.F8_E4M3FNUZ, 240.0, 248.0, 0x80, 0x80, 0x80)]
    [InlineData(DType.F8_E5M2FNUZ, 57344.0, 61440.0, 0x80, 0x80, 0x80)]
    public void What_does_not_fit_becomes_what_the_table_says_and_is_counted(
        DType dtype, double largest, double threshold, ulong overflow, ulong infinity, ulong notANumber)
    {
        // Long enough that the vector code meets a block of each kind.
        double[] pattern = [largest, Math.BitDecrement(threshold), threshold, double.MaxValue, double.PositiveInfinity, -double.NaN];
        double[] numbers = [.. Enumerable.Range(0, 10).SelectMany(_ => pattern).SelectMany(number => new[] { number, -number })];
        byte[] codes = new byte[numbers.Length * Codes.Size(dtype)];
        EncodeCounts counts = TensorConverter.Encode(dtype, numbers, codes);

        bool fnuz = dtype is DType.F8_E4M3FNUZ or DType.F8_E5M2FNUZ;
        ulong sign = 1UL << (dtype.BitSize() - 1);
        ulong Negative(ulong code) => fnuz && code == sign ? code : code | sign;
        ulong finite = Codes.Get(dtype, codes, 0);
        Assert.Equal(largest, RoundTrip(dtype, largest));
        ulong[] positive = [finite, finite, overflow, overflow, infinity, notANumber];
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong code = positive[i / 2 % positive.Length];
            Assert.Equal(double.IsNegative(numbers[i]) ? Negative(code) : code, Codes.Get(dtype, codes, i));
        }

        Assert.Equal(new EncodeCounts(40), counts);
    }

    [Fact]
    public void A_NaN_keeps_its_sign_and_the_payload_bits_that_fit_and_turns_quiet()
    {
        double signalling = BitConverter.UInt64BitsToDouble(0xFFF4_5678_0000_0001);
        Assert.Equal(0xFFE2_B3C0ul, Encode(DType.F32, signalling));
        Assert.Equal(0xFFE2ul, Encode(DType.BF16, signalling));
        Assert.Equal(0xFF15ul, Encode(DType.F16, signalling));
        Assert.Equal(0xFFul, Encode(DType.F8_E4M3, signalling));
        Assert.Equal(0xFFF4_5678_0000_0001ul, Encode(DType.F64, signalling));
    }

    [Theory]
    [InlineData(DType.F8_E4M3FNUZ)]
    [InlineData(DType.F8_E5M2FNUZ)]
    public void Types_without_minus_zero_write_zero_for_it_and_for_what_rounds_to_it(DType dtype)
    {
        double[] numbers = [.. Enumerable.Repeat(-0.0, 9), .. Enumerable.Repeat(-1e-30, 9)];
        byte[] codes = new byte[numbers.Length];
        _ = TensorConverter.Encode(dtype, numbers, codes);
        Assert.All(codes, code => Assert.Equal(0, code));
    }

    [Theory]
    [InlineData(DType.F32, 0x80000000ul)]
    [InlineData(DType.F16, 0x8000ul)]
    [InlineData(DType.BF16, 0x8000ul)]
    [InlineData(DType.F8_E4M3, 0x80ul)]
    [InlineData(DType.F8_E5M2, 0x80ul)]
    public void Other_types_keep_minus_zero(DType dtype, ulong expected)
    {
        Assert.Equal(expected, Encode(dtype, -0.0));
        Assert.Equal(expected, Encode(dtype, -1e-300));
    }

    [Fact]
    public void Binary64_decodes_to_binary32_rounded_to_nearest_even()
    {
        double[] numbers = [1 + Math.ScaleB(1, -24), 1 + (3 * Math.ScaleB(1, -24)), 1e300, double.Epsilon, -0.0];
        byte[] codes = new byte[numbers.Length * 8];
        _ = TensorConverter.Encode(DType.F64, numbers, codes);
        float[] single = new float[numbers.Length];
        TensorConverter.Decode(DType.F64, codes, single);
        Assert.Equal([1f, 1 + MathF.ScaleB(1, -22), float.PositiveInfinity, 0f, -0f], single);
    }

    [Theory]
    [InlineData(DType.I8)]
    [InlineData(DType.F8_E8M0)]
    [InlineData(DType.C64)]
    [InlineData((DType)999)]
    public void A_type_that_takes_no_part_in_arithmetic_is_refused(DType dtype)
    {
        Assert.Throws<ArgumentException>(() => TensorConverter.Decode(dtype, [], Array.Empty<double>()));
        Assert.Throws<ArgumentException>(() => TensorConverter.Encode(dtype, Array.Empty<double>(), []));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Lengths_that_do_not_match_are_refused(DType dtype)
    {
        byte[] bytes = new byte[3 * Codes.Size(dtype)];
        Assert.Throws<ArgumentException>(() => TensorConverter.Decode(dtype, bytes, new double[2]));
        Assert.Throws<ArgumentException>(() => TensorConverter.Decode(dtype, bytes, new float[4]));
        Assert.Throws<ArgumentException>(() => TensorConverter.Multiply(dtype, bytes, 1, new double[4]));
        Assert.Throws<ArgumentException>(() => TensorConverter.MultiplyAdd(dtype, bytes, 1, new double[2]));
        Assert.Throws<ArgumentException>(() => TensorConverter.Encode(dtype, new double[4], bytes));
        Assert.Throws<ArgumentException>(() => TensorConverter.Encode(dtype, new float[2], bytes));
        Assert.Throws<ArgumentException>(() => TensorConverter.EncodeStochastic(dtype, new double[2], bytes, default, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorConverter.EncodeStochastic(dtype, new double[3], bytes, default, -1));
    }

    private static void AssertComesBack(DType dtype, ulong code)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, code);
        double[] number = new double[1];
        TensorConverter.Decode(dtype, bytes.AsSpan(0, Codes.Size(dtype)), number);
        Assert.True(double.IsNaN(number[0]) || Encode(dtype, number[0]) == code);
    }

    private static ulong Encode(DType dtype, double number)
    {
        byte[] code = new byte[Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, [number], code);
        return Codes.Get(dtype, code, 0);
    }

    private static double RoundTrip(DType dtype, double number)
    {
        byte[] code = new byte[Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, [number], code);
        double[] value = new double[1];
        TensorConverter.Decode(dtype, code, value);
        return value[0];
    }
}
