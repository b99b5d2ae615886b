using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

public class StochasticRoundingTests
{
    private static readonly PhiloxKey Key = PhiloxKey.Create(1, "model", "tensor");

    public static TheoryData<DType> Types => Samples.Types(_ => true);

    public static TheoryData<DType> RoundingTypes => Samples.Types(dtype => dtype != DType.F64);

    [Theory]
    [MemberData(nameof(RoundingTypes))]
    public void A_number_becomes_one_of_its_two_neighbours(DType dtype)
    {
        double[] numbers = Samples.Numbers(dtype, 5_000, 23);
        byte[] codes = Encode(dtype, numbers, 0);
        byte[] nearest = new byte[codes.Length];
        _ = TensorConverter.Encode(dtype, numbers, nearest);
        ExactRounding reference = ExactRounding.Of(dtype);
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong code = Codes.Get(dtype, codes, i);
            if (Math.Abs(numbers[i]) <= reference.LargestFinite)
            {
                (ulong inner, ulong outer) = reference.Neighbours(numbers[i]);
                Assert.True(code == inner || code == outer, $"{numbers[i]:R} gave {code:X}, not {inner:X} or {outer:X}");
            }
            else
            {
                Assert.Equal(Codes.Get(dtype, nearest, i), code);
            }
        }
    }

    // The places lie from a quarter of the smallest subnormal number to just below the largest number of the type.
    [Theory]
    [InlineData(DType.BF16, 1.00390625, 0.0078125)]
    [InlineData(DType.BF16, -0.3, 0.001953125)]
    [InlineData(DType.BF16, 2.2958874039497803e-41, 9.183549615799121e-41)]
    [InlineData(DType.F16, 0.1, 0.00006103515625)]
    [InlineData(DType.F16, -1.1e-7, 5.9604644775390625e-8)]
    [InlineData(DType.F16, 65503.0, 32.0)]
    [InlineData(DType.F32, 0.1, 7.450580596923828e-9)]
    [InlineData(DType.F8_E4M3, -430.0, 32.0)]
    [InlineData(DType.F8_E4M3, 0.0001, 0.001953125)]
    [InlineData(DType.F8_E5M2, 1.2, 0.25)]
    [InlineData(DType.F8_E4M3FNUZ, -0.0004, 0.0009765625)]
    [InlineData(DType.F8_E5M2FNUZ, 3.3, 0.5)]
    public void The_mean_is_the_number(DType dtype, double number, double step)
    {
        const int Count = 200_000;
        byte[] codes = Encode(dtype, [.. Enumerable.Repeat(number, Count)], 0);
        double[] values = new double[Count];
        TensorConverter.Decode(dtype, codes, values);

        double up = (values.Max() - number) / step;
        double deviation = Math.Sqrt(up * (1 - up) / Count);
        Assert.Equal(2, values.Distinct().Count());
        Assert.Equal(step, values.Max() - values.Min());

        // In units of the step; 5 standard deviations of the mean of Bernoulli trials. Summing offsets keeps the digits of tiny steps.
        double meanError = values.Sum(value => (value - number) / step) / Count;
        Assert.InRange(meanError, -5 * deviation, 5 * deviation);
    }

    [Fact]
    public void A_number_far_below_the_smallest_one_hardly_ever_becomes_it()
    {
        // 2^-40 of the smallest binary16 number: the chance that any of these goes up is below 1e-6.
        byte[] codes = Encode(DType.F16, [.. Enumerable.Repeat(Math.ScaleB(1, -64), 1_000_000)], 0);
        Assert.Equal(0, codes.Count(part => part != 0));

        // 2^-8 of it: about 3906 of a million; 5 standard deviations are 312.
        codes = Encode(DType.F16, [.. Enumerable.Repeat(Math.ScaleB(1, -32), 1_000_000)], 0);
        Assert.InRange(codes.Count(part => part != 0), 3906 - 312, 3906 + 312);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_that_can_be_written_are_unchanged(DType dtype)
    {
        Random random = new(31);
        double[] numbers = new double[1000];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Samples.Value(dtype, random);
        }

        byte[] nearest = new byte[numbers.Length * Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, numbers, nearest);
        Assert.Equal(nearest, Encode(dtype, numbers, 12));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Any_cut_of_a_tensor_into_spans_gives_the_same_bytes(DType dtype)
    {
        const long First = 4_294_967_290;
        double[] numbers = Samples.Numbers(dtype, 3001, 41);
        byte[] whole = new byte[numbers.Length * Codes.Size(dtype)];
        EncodeCounts wholeCounts = TensorConverter.EncodeStochastic(dtype, numbers, whole, Key, First);

        Random random = new(43);
        byte[] parts = new byte[whole.Length];
        EncodeCounts counts = default;
        for (int start = 0; start < numbers.Length;)
        {
            int length = Math.Min(random.Next(0, 70), numbers.Length - start);
            counts += TensorConverter.EncodeStochastic(
                dtype,
                numbers.AsSpan(start, length),
                parts.AsSpan(start * Codes.Size(dtype), length * Codes.Size(dtype)),
                Key,
                First + start);
            start += length;
        }

        Assert.Equal(whole, parts);
        Assert.Equal(wholeCounts, counts);
    }

    [Fact]
    public void Another_key_rounds_otherwise()
    {
        double[] numbers = [.. Enumerable.Repeat(0.1, 1000)];
        byte[] codes = new byte[2000];
        _ = TensorConverter.EncodeStochastic(DType.BF16, numbers, codes, PhiloxKey.Create(2, "model", "tensor"), 0);
        Assert.NotEqual(codes, Encode(DType.BF16, numbers, 0));
    }

    private static byte[] Encode(DType dtype, double[] numbers, long firstElement)
    {
        byte[] codes = new byte[numbers.Length * Codes.Size(dtype)];
        _ = TensorConverter.EncodeStochastic(dtype, numbers, codes, Key, firstElement);
        return codes;
    }
}
