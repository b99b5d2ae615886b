using System.Runtime.Intrinsics;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

/// <summary>The sum in one pass against the same in steps, bit for bit: over every dtype, odd lengths, special values, and blocks of any number of inputs.</summary>
public class LinearBlockTests
{
    private const double Factor = 0.6;

    public static TheoryData<DType> Types => [.. DTypes.All.Where(dtype => dtype.IsArithmetic())];

    [Theory]
    [MemberData(nameof(Types))]
    public void Blocks_of_every_length_and_shape_give_what_the_steps_give(DType dtype)
    {
        for (int length = 0; length <= 70; length++)
        {
            int terms = 1 + (length % 4);
            double[] coefficients = [.. Enumerable.Range(0, terms).Select(term => (term + length) % 3 == 0 && term + 1 < terms ? 0 : (0.37 * (term + 1)) - 0.5)];
            Compare(dtype, coefficients, reference: (length % (terms + 1)) - 1, Inputs(dtype, terms, length, seed => Samples.Numbers(dtype, length, seed)));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Long_runs_of_ordinary_numbers_with_a_rare_special_one_give_what_the_steps_give(DType dtype)
    {
        const int Length = 3_011;
        byte[][] inputs = Inputs(dtype, 3, Length, seed =>
        {
            double[] numbers = [.. Enumerable.Range(0, Length).Select(index => Math.ScaleB(Math.Sin(index + seed), (index % 9) - 6))];
            numbers[1_000 + seed] = seed == 1 ? double.NaN : double.PositiveInfinity;
            return numbers;
        });
        Compare(dtype, [0.3, 0.3, 0.4], reference: 0, inputs);
        Compare(dtype, [0, 1, -1], reference: 0, inputs);
        Compare(dtype, [1, 0.5, -0.25], reference: -1, inputs);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_that_are_added_last_give_what_the_steps_give(DType dtype)
    {
        for (int length = 0; length <= 70; length++)
        {
            byte[][] inputs = Inputs(dtype, 3, length, seed => Samples.Numbers(dtype, length, seed));
            double[] addend = TestModel.Numbers(length, length);
            Compare(dtype, [1, 0, 0], reference: 0, inputs, addend);
            Compare(dtype, [0, 0.3, -0.7], reference: 0, inputs, addend);
            Compare(dtype, [0, 0, 0], reference: 1, inputs, addend);
            Compare(dtype, [0, 0, 0], reference: -1, inputs, [.. addend.Select((number, index) => index == length / 2 ? double.NaN : -0.0 * number)]);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Numbers_of_single_precision_that_are_added_last_give_what_the_same_in_double_precision_give(DType dtype)
    {
        for (int length = 0; length <= 70; length++)
        {
            byte[][] inputs = Inputs(dtype, 3, length, seed => Samples.Numbers(dtype, length, seed));
            float[] addend = [.. TestModel.Numbers(length, length).Select(number => (float)number)];
            float[] special = [.. addend.Select((number, index) => index == length / 2 ? float.NaN : index == length / 3 ? 1e-42f : -0f * number)];
            foreach (double[] coefficients in new double[][] { [1, 0, 0], [0, 0.3, -0.7], [0, 0, 0] })
            {
                foreach (double factor in new[] { 1, Factor })
                {
                    CompareSingles(dtype, coefficients, reference: 0, inputs, addend, factor);
                    CompareSingles(dtype, coefficients, reference: -1, inputs, special, factor);
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Sums_that_are_too_small_a_share_of_what_is_added_are_found_wherever_they_lie(DType dtype)
    {
        foreach (int length in new[] { 1, 15, 16, 17, 50 })
        {
            for (int place = -1; place < length; place++)
            {
                // 1 + 0.6 x is 0 at -5/3; what is left of it there is rounding.
                float[] addend = [.. Enumerable.Range(0, length).Select(index => index == place ? -5 / 3f : index * 0.01f)];
                byte[] input = Inputs(dtype, 1, length, _ => [.. Enumerable.Repeat(1.0, length)])[0];
                byte[] codes = new byte[input.Length];
                var block = new LinearBlock
                {
                    Inputs = input,
                    Stride = input.Length,
                    Coefficients = [1],
                    Reference = 0,
                    Count = length,
                    Precision = SumPrecision.Single,
                    SingleAddend = addend,
                    AddendCoefficient = Factor,
                    SmallestShare = 1.0 / 512,
                };
                Assert.Equal(place < 0, TensorConverter.TrySum(dtype, block, codes, out _, out _));
            }
        }
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void An_operation_on_pairs_gives_what_decoding_it_and_the_sum_give(DType dtype)
    {
        foreach (int length in new[] { 0, 16, 48, 1024 })
        {
            foreach (int reference in new[] { -1, 0, 1, 2 })
            {
                byte[][] inputs = Inputs(dtype, 3, length, seed => [.. TestModel.Numbers(seed + length, length).Select((number, index) => index % 7 == 0 ? 1e-7 * number : number)]);
                foreach (float distance in new[] { 0, 0.25f, 100 })
                {
                    (bool isDone, byte[] codes, EditStatistics statistics) = Combine(dtype, inputs, reference, distance);
                    float[] expected = Near(dtype, inputs, distance);
                    byte[] expectedCodes = new byte[codes.Length];
                    double[] origin = new double[reference < 0 ? 0 : length];
                    if (reference >= 0)
                    {
                        TensorConverter.Decode(dtype, inputs[reference], origin);
                    }

                    (_, EditStatistics expectedStatistics) = TensorConverter.EncodeMeasured(dtype, SumPrecision.Single, [.. expected.Select(number => (double)number)], origin, expectedCodes);
                    Assert.Equal(Vector256.IsHardwareAccelerated, isDone);
                    Assert.Equal(expectedCodes, isDone ? codes : expectedCodes);
                    Assert.Equal(expectedStatistics, isDone ? statistics : expectedStatistics);
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.BF16, double.NaN)]
    [InlineData(DType.BF16, double.PositiveInfinity)]
    [InlineData(DType.F16, double.NaN)]
    [InlineData(DType.F16, double.NegativeInfinity)]
    public void An_operation_on_pairs_leaves_special_numbers_and_odd_lengths_to_others(DType dtype, double special)
    {
        for (int input = 0; input < 3; input++)
        {
            for (int place = 0; place < 32; place++)
            {
                byte[][] inputs = Inputs(dtype, 3, 32, seed => [.. Enumerable.Range(0, 32).Select(index => seed == input && index == place ? special : 0.5)]);
                Assert.False(Combine(dtype, inputs, reference: 2, distance: 1).IsDone);
            }
        }

        Assert.False(Combine(dtype, Inputs(dtype, 3, 17, _ => new double[17]), reference: 0, distance: 1).IsDone);
    }

    [Fact]
    public void Inputs_that_do_not_hold_the_elements_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Sum(DType.F32, [1, 1], -1, new byte[31], stride: 16, count: 4, SumPrecision.Double));
        Assert.Throws<ArgumentException>(() => Sum(DType.F32, [1, 1], -1, new byte[32], stride: 8, count: 4, SumPrecision.Double));
        Assert.Throws<ArgumentException>(() => Sum(DType.F32, [0, 0], -1, new byte[32], stride: 16, count: 4, SumPrecision.Double));
        Assert.Throws<ArgumentException>(() => Sum(DType.F32, [1, 1], 2, new byte[32], stride: 16, count: 4, SumPrecision.Double));
    }

    private static (bool IsDone, byte[] Codes, EditStatistics Statistics) Combine(DType dtype, byte[][] inputs, int reference, float distance)
    {
        int stride = inputs[0].Length + 24;
        byte[] together = new byte[inputs.Length * stride];
        for (int input = 0; input < inputs.Length; input++)
        {
            inputs[input].CopyTo(together.AsSpan(input * stride));
        }

        byte[] codes = new byte[inputs[0].Length];
        var block = new LinearBlock { Inputs = together, Stride = stride, Coefficients = new double[inputs.Length], Reference = reference, Count = codes.Length / 2, Precision = SumPrecision.Single };
        bool isDone = TensorConverter.TryCombine(dtype, block, 0, 1, new NearStep(distance), codes, out EditStatistics statistics);
        return (isDone, codes, statistics);
    }

    private static float[] Near(DType dtype, byte[][] inputs, float distance)
    {
        float[][] values = [.. inputs.Select(input => new float[input.Length / 2])];
        for (int input = 0; input < inputs.Length; input++)
        {
            TensorConverter.Decode(dtype, inputs[input], values[input]);
        }

        float[] result = new float[values[0].Length];
        NearSteps.MergeScalar<float>(values[0], values[1], distance, 0, result);
        return result;
    }

    private static byte[][] Inputs(DType dtype, int terms, int length, Func<int, double[]> numbers)
    {
        byte[][] inputs = [.. Enumerable.Range(0, terms).Select(_ => new byte[length * dtype.BitSize() / 8])];
        for (int term = 0; term < terms; term++)
        {
            _ = TensorConverter.Encode(dtype, numbers(term), inputs[term]);
        }

        return inputs;
    }

    private static void Compare(DType dtype, double[] coefficients, int reference, byte[][] inputs, double[]? addend = null)
    {
        int size = dtype.BitSize() / 8;
        int count = inputs[0].Length / size;
        int stride = inputs[0].Length + 24;
        byte[] together = new byte[(inputs.Length * stride) + 1];
        for (int term = 0; term < inputs.Length; term++)
        {
            inputs[term].CopyTo(together.AsSpan(1 + (term * stride)));
        }

        foreach (SumPrecision precision in Enum.GetValues<SumPrecision>())
        {
            (byte[] codes, EncodeCounts counts, EditStatistics statistics) = Sum(dtype, coefficients, reference, together.AsSpan(1), stride, count, precision, addend);
            (byte[] expected, EncodeCounts expectedCounts, EditStatistics expectedStatistics) = InSteps(dtype, coefficients, reference, inputs, precision, addend);
            Assert.Equal(expected, codes);
            Assert.Equal(expectedCounts, counts);
            Assert.Equal(expectedStatistics, statistics);
        }
    }

    private static void CompareSingles(DType dtype, double[] coefficients, int reference, byte[][] inputs, float[] addend, double factor)
    {
        int stride = inputs[0].Length + 24;
        byte[] together = new byte[inputs.Length * stride];
        for (int term = 0; term < inputs.Length; term++)
        {
            inputs[term].CopyTo(together.AsSpan(term * stride));
        }

        foreach (SumPrecision precision in Enum.GetValues<SumPrecision>())
        {
            (byte[] codes, byte[] expected) = (new byte[inputs[0].Length], new byte[inputs[0].Length]);
            var block = new LinearBlock { Inputs = together, Stride = stride, Coefficients = coefficients, Reference = reference, Count = addend.Length, Precision = precision, SingleAddend = addend, AddendCoefficient = factor };
            var doubles = new LinearBlock { Inputs = together, Stride = stride, Coefficients = coefficients, Reference = reference, Count = addend.Length, Precision = precision, Addend = [.. addend.Select(number => (double)number)], AddendCoefficient = factor };
            Assert.Equal(TensorConverter.Sum(dtype, doubles, expected), TensorConverter.Sum(dtype, block, codes));
            Assert.Equal(expected, codes);
        }
    }

    private static (byte[] Codes, EncodeCounts Counts, EditStatistics Statistics) Sum(
        DType dtype, double[] coefficients, int reference, ReadOnlySpan<byte> inputs, int stride, int count, SumPrecision precision, double[]? addend = null)
    {
        byte[] codes = new byte[count * dtype.BitSize() / 8];
        var block = new LinearBlock { Inputs = inputs, Stride = stride, Coefficients = coefficients, Reference = reference, Count = count, Precision = precision, Addend = addend, AddendCoefficient = Factor };
        (EncodeCounts counts, EditStatistics statistics) = TensorConverter.Sum(dtype, block, codes);
        return (codes, counts, statistics);
    }

    private static (byte[] Codes, EncodeCounts Counts, EditStatistics Statistics) InSteps(
        DType dtype, double[] coefficients, int reference, byte[][] inputs, SumPrecision precision, double[]? addend)
    {
        double[] sum = new double[inputs[0].Length * 8 / dtype.BitSize()];
        double[] origin = reference < 0 ? [] : new double[sum.Length];
        bool started = false;
        for (int term = 0; term < inputs.Length; term++)
        {
            if (term == reference)
            {
                TensorConverter.Decode(dtype, inputs[term], origin);
            }

            if (coefficients[term] != 0 && !started)
            {
                TensorConverter.Multiply(dtype, inputs[term], coefficients[term], sum);
                started = true;
            }
            else if (coefficients[term] != 0)
            {
                TensorConverter.MultiplyAdd(dtype, inputs[term], coefficients[term], sum);
            }
        }

        for (int index = 0; index < addend?.Length; index++)
        {
            sum[index] = started ? Math.FusedMultiplyAdd(addend[index], Factor, sum[index]) : addend[index] * Factor;
        }

        byte[] codes = new byte[inputs[0].Length];
        (EncodeCounts counts, EditStatistics statistics) = TensorConverter.EncodeMeasured(dtype, precision, sum, origin, codes);
        return (codes, counts, statistics);
    }
}
