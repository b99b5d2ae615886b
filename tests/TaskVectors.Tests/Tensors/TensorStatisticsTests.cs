using FsCheck.Xunit;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

public class TensorStatisticsTests
{
    public static TheoryData<DType> Types => Samples.Types(_ => true);

    [Theory]
    [MemberData(nameof(Types))]
    public void Rounding_and_edit_are_sums_of_squared_differences(DType dtype)
    {
        double[] exact = [.. Enumerable.Range(0, 1003).Select(i => Math.Sin(i) * 3)];
        double[] reference = [.. Enumerable.Range(0, 1003).Select(i => Math.Cos(i))];
        byte[] written = new byte[exact.Length * Codes.Size(dtype)];
        _ = TensorConverter.Encode(dtype, exact, written);
        double[] values = new double[exact.Length];
        TensorConverter.Decode(dtype, written, values);

        EditStatistics statistics = TensorStatistics.Measure(dtype, written, exact, reference);

        // Sums of a thousand positive terms in another order differ by at most 1003 roundings of 1.1e-16 each.
        AssertClose(values.Zip(exact, (a, b) => (a - b) * (a - b)).Sum(), statistics.RoundingSquared);
        AssertClose(exact.Zip(reference, (a, b) => (a - b) * (a - b)).Sum(), statistics.EditSquared);
        AssertClose(exact.Sum(a => a * a), TensorStatistics.Measure(dtype, written, exact).EditSquared);
        Assert.Equal(0, statistics.NaNCount);
        Assert.Equal(dtype == DType.F64, statistics.RoundingSquared == 0);
    }

    [Fact]
    public void Measuring_adds_in_the_documented_order_at_every_length()
    {
        for (int length = 0; length < 1200; length += 37)
        {
            double[] exact = [.. Enumerable.Range(0, length).Select(i => Math.Sin(i))];
            byte[] written = new byte[2 * length];
            _ = TensorConverter.Encode(DType.BF16, exact, written);
            double[] differences = new double[length];
            TensorConverter.Decode(DType.BF16, written, differences);
            for (int i = 0; i < length; i++)
            {
                differences[i] -= exact[i];
            }

            EditStatistics statistics = TensorStatistics.Measure(DType.BF16, written, exact);
            Assert.Equal(TensorStatistics.SumOfSquares(differences), statistics.RoundingSquared);
            Assert.Equal(TensorStatistics.SumOfSquares(exact), statistics.EditSquared);
        }
    }

    [Fact]
    public void Elements_without_a_finite_difference_are_left_out_and_NaNs_counted()
    {
        double[] exact = new double[40];
        exact[3] = double.NaN;
        exact[17] = double.PositiveInfinity;
        exact[20] = 1e6;
        exact[30] = 3;
        exact[38] = double.NaN;
        byte[] written = new byte[80];
        _ = TensorConverter.Encode(DType.F16, exact, written);
        double[] reference = new double[40];
        reference[30] = double.NegativeInfinity;

        Assert.Equal(new EditStatistics(0, 1e12, 2), TensorStatistics.Measure(DType.F16, written, exact, reference));
        Assert.Equal(new EditStatistics(0, 1e12 + 9, 2), TensorStatistics.Measure(DType.F16, written, exact));
    }

    [Fact]
    public void Nothing_measures_zero()
    {
        Assert.Equal(default, TensorStatistics.Measure(DType.BF16, [], [], []));
        Assert.Equal(0.0, TensorStatistics.Dot([], []));
        Assert.Equal(0, TensorStatistics.CountNaN(DType.F32, []));
    }

    [Fact]
    public void Statistics_of_tiles_add_up() => Assert.Equal(
        new EditStatistics(5, 7, 9), new EditStatistics(1, 2, 3) + new EditStatistics(4, 5, 6));

    [Theory]
    [MemberData(nameof(Types))]
    public void NaNs_are_counted_at_any_place(DType dtype)
    {
        for (int length = 1; length < 100; length += 3)
        {
            double[] numbers = new double[length];
            byte[] codes = new byte[(length * Codes.Size(dtype)) + 1];
            for (int place = 0; place < length; place++)
            {
                numbers[place] = double.NaN;
                _ = TensorConverter.Encode(dtype, numbers, codes.AsSpan(1));
                Assert.Equal(place + 1, TensorStatistics.CountNaN(dtype, codes.AsSpan(1)));
            }
        }
    }

    [Fact]
    public void Infinities_are_not_counted_as_NaN()
    {
        foreach (DType dtype in new[] { DType.F64, DType.F32, DType.F16, DType.BF16, DType.F8_E5M2 })
        {
            byte[] codes = new byte[50 * Codes.Size(dtype)];
            _ = TensorConverter.Encode(dtype, [.. Enumerable.Repeat(double.NegativeInfinity, 50)], codes);
            Assert.Equal(0, TensorStatistics.CountNaN(dtype, codes));
        }
    }

    [Property]
    public void A_dot_product_is_the_sum_in_the_documented_order(double[] a)
    {
        double[] finite = Array.FindAll(a, double.IsFinite);
        double[] b = [.. finite.Reverse()];
        double[] lanes = new double[8];
        for (int i = 0; i < finite.Length; i++)
        {
            lanes[i % 8] = Math.FusedMultiplyAdd(finite[i], b[i], lanes[i % 8]);
        }

        double[] four = [.. Enumerable.Range(0, 4).Select(i => lanes[i] + lanes[i + 4])];
        double expected = (four[0] + four[2]) + (four[1] + four[3]);
        Assert.Equal(expected, TensorStatistics.Dot(finite, b));
        Assert.Equal(TensorStatistics.Dot(finite, finite), TensorStatistics.SumOfSquares(finite));
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TensorStatistics.Dot(new double[2], new double[3]));
        Assert.Throws<ArgumentException>(() => TensorStatistics.CountNaN(DType.F32, new byte[7]));
        Assert.Throws<ArgumentException>(() => TensorStatistics.Measure(DType.F32, new byte[7], new double[2]));
        Assert.Throws<ArgumentException>(() => TensorStatistics.Measure(DType.F32, new byte[8], new double[2], []));
    }

    private static void AssertClose(double expected, double actual) => Assert.InRange(actual, expected * (1 - 2e-13), expected * (1 + 2e-13));
}
