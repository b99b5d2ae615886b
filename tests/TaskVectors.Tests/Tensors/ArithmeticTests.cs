using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

public class ArithmeticTests
{
    public static TheoryData<DType> Types => Samples.Types(_ => true);

    [Theory]
    [MemberData(nameof(Types))]
    public void Multiplying_is_one_rounded_product_of_each_element(DType dtype)
    {
        (byte[] codes, double[] values) = Elements(dtype);
        double[] accumulator = new double[values.Length];
        TensorConverter.Multiply(dtype, codes, -0.37, accumulator);
        Assert.Equal(Array.ConvertAll(values, value => -0.37 * value), accumulator);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Multiplying_and_adding_rounds_once(DType dtype)
    {
        (byte[] codes, double[] values) = Elements(dtype);
        double[] start = Array.ConvertAll(values, value => -0.37 * value);
        double[] accumulator = [.. start];
        TensorConverter.MultiplyAdd(dtype, codes, 0.37, accumulator);

        // What is left is the error of the rounded product: a second rounding would leave zero.
        Assert.Equal(values.Zip(start, (value, sum) => Math.FusedMultiplyAdd(0.37, value, sum)), accumulator);
        Assert.Contains(accumulator, rest => rest != 0);
    }

    [Fact]
    public void Of_several_NaNs_the_accumulators_survives_then_the_elements_then_the_coefficients()
    {
        double first = NaN(1), second = NaN(2), third = NaN(3);
        byte[] codes = new byte[9 * 8];
        _ = TensorConverter.Encode(DType.F64, [.. Enumerable.Repeat(second, 9)], codes);

        double[] accumulator = [.. Enumerable.Repeat(first, 9)];
        TensorConverter.MultiplyAdd(DType.F64, codes, third, accumulator);
        AssertAllBits(first, accumulator);

        accumulator = new double[9];
        TensorConverter.MultiplyAdd(DType.F64, codes, third, accumulator);
        AssertAllBits(second, accumulator);

        TensorConverter.Multiply(DType.F64, codes, third, accumulator);
        AssertAllBits(second, accumulator);

        TensorConverter.Multiply(DType.F64, new byte[72], third, accumulator);
        AssertAllBits(third, accumulator);
    }

    [Fact]
    public void An_invalid_operation_gives_the_default_NaN()
    {
        double[] accumulator = new double[9];
        TensorConverter.Multiply(DType.F32, new byte[36], double.PositiveInfinity, accumulator);
        AssertAllBits(double.NaN, accumulator);
    }

    private static void AssertAllBits(double expected, double[] actual) =>
        Assert.All(actual, number => Assert.Equal(BitConverter.DoubleToUInt64Bits(expected), BitConverter.DoubleToUInt64Bits(number)));

    private static double NaN(ulong payload) => BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000 | payload);

    private static (byte[] Codes, double[] Values) Elements(DType dtype)
    {
        double[] values = [.. Enumerable.Range(1, 203).Select(i => Math.Sin(i))];
        byte[] codes = new byte[values.Length * Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, values, codes);
        TensorConverter.Decode(dtype, codes, values);
        return (codes, values);
    }
}
