using TaskVectors.Merging.Fusion;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Selection;
using TaskVectors.Tensors;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Merging;

/// <summary>Divergences in F32 and the quartiles of importance against plain programs in F64.</summary>
public class FusionStatisticTests
{
    private const double Smallest = 1e-8;

    /// <summary>Tolerance 2e-6: some roundings of F32 in each term, and a series that ends at 4e-7.</summary>
    [Theory]
    [InlineData(2048, 0.05, 0.05)]
    [InlineData(2048, 0.05, 0.0005)]
    [InlineData(1000, 3, 0.06)]
    [InlineData(50_257, 15, 0.06)]
    [InlineData(7, 1, 0.01)]
    public void A_divergence_in_single_precision_is_that_of_the_definition(int length, double scale, double change)
    {
        float[] original = [.. TestModel.Numbers(length, length, scale).Select(value => (float)value)];
        float[] changed = [.. original.Zip(TestModel.Numbers(length + 1, length, change), (value, step) => value + (float)step)];
        double? actual = SingleDivergence.Find(changed, original, Smallest, new float[2 * length]);
        double expected = Divergence(changed, original);
        Assert.InRange(actual!.Value / expected, 1 - 2e-6, 1 + 2e-6);
    }

    [Theory]
    [InlineData(0.2f, 0)]
    [InlineData(0, 40)]
    [InlineData(float.NaN, 0)]
    [InlineData(0, float.PositiveInfinity)]
    public void Rows_for_which_series_would_not_do_are_left_to_double_precision(float change, float value)
    {
        float[] original = [.. TestModel.Numbers(1, 37).Select(number => (float)number + value)];
        float[] changed = [.. original.Select((number, index) => number + (index == 36 ? change : 0.01f * (index % 3)))];
        Assert.Null(SingleDivergence.Find(changed, original, Smallest, new float[74]));
        if (float.IsFinite(change) && float.IsFinite(value))
        {
            Assert.InRange(RowImportance.Divergence(changed, original) / Divergence(changed, original), 1 - 1e-9, 1 + 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(31)]
    [InlineData(1000)]
    public void Sums_in_single_precision_have_the_bits_of_their_twin(int length)
    {
        float[] original = [.. TestModel.Numbers(length, length, 5).Select(value => (float)value)];
        float[] changed = [.. original.Zip(TestModel.Numbers(length + 1, length, 0.03), (value, step) => value + (float)step)];
        (float[] powers, float[] growths) = (new float[length], new float[length]);
        (double[] sums, double[] changes, double[] lanes) = (new double[8], new double[8], new double[8]);
        Assert.True(SingleDivergence.GrowScalar(changed, original, 0, powers, growths, sums, changes));
        double sum = FixedOrderSum.Reduce(sums);
        SingleDivergence.AddScalar(powers, growths, new RowShift(sum, FixedOrderSum.Reduce(changes), Smallest), 0, lanes);
        Assert.Equal(FixedOrderSum.Reduce(lanes) / sum, SingleDivergence.Find(changed, original, Smallest, new float[2 * length]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(1003)]
    public void Windows_of_quartiles_hold_what_their_twin_finds(int length)
    {
        float[] numbers = [.. TestModel.Numbers(length, length).Select(value => Math.Abs((float)value))];
        (double, double)[] windows = [(0.1, 0.2), (0.15, double.PositiveInfinity), (double.NaN, Math.BitIncrement(numbers.FirstOrDefault(0.5f)))];
        var scan = new QuartileScan<float>(windows);
        (long[] above, long[] twin) = (new long[3], new long[3]);
        PooledList<double>[][] listed = [[new(), new(), new()], [new(), new(), new()]];
        scan.Find(numbers, above, listed[0]);
        scan.FindScalar(numbers, 0, twin, listed[1]);
        Assert.Equal(twin, above);
        for (int window = 0; window < 3; window++)
        {
            Assert.Equal(listed[1][window].Items.ToArray(), listed[0][window].Items.ToArray());
            Assert.Equal(numbers.Select(number => (double)number).Where(number => number >= windows[window].Item1 && number <= windows[window].Item2), listed[0][window].Items.ToArray());
            Assert.Equal(numbers.Count(number => number > windows[window].Item2), above[window]);
        }
    }

    /// <summary>Of one chunk and of many, of rows that change alike and of rows that do not, of few values and where nothing changes: the quartiles of a sort.</summary>
    [Theory]
    [InlineData(1, 5, 0.0)]
    [InlineData(40, 100, 0.0)]
    [InlineData(900, 300, 0.0)]
    [InlineData(900, 300, 0.9)]
    [InlineData(900, 300, 0.02)]
    [InlineData(300, 1024, 1.0)]
    public void The_threshold_is_that_of_a_sort(int rows, int length, double unchanged)
    {
        int count = rows * length;
        float[] original = [.. TestModel.Numbers(1, count).Select(value => (float)(Half)value)];
        var random = new Random(2);
        float[] changed = [.. original.Select((value, index) => value + ((float)(random.NextDouble() < unchanged ? 0 : Math.Round((random.NextDouble() - 0.5) * 64) / 2048) * (1 + (index / length % 7))))];
        var tensor = new MergeTensor("x", new TensorShape(rows, length));
        var statistic = new FusionStatistic(tensor);
        int passes = Observe(statistic, tensor, original, changed);
        float[] importance = new float[count];
        for (int row = 0; row < rows; row++)
        {
            double divergence = RowImportance.Divergence(changed.AsSpan(row * length, length), original.AsSpan(row * length, length));
            for (int index = row * length; index < (row + 1) * length; index++)
            {
                importance[index] = Math.Abs(changed[index] - original[index]) * (float)divergence;
            }
        }

        float[] sorted = [.. importance.Order()];
        double Quartile(int quartile) => sorted[quartile * (count - 1) / 4];
        Assert.Equal(Quartile(2) + (1.5 * (Quartile(3) - Quartile(1))), statistic.Threshold);
        Assert.InRange(passes, 1, 6);
    }

    private static int Observe(FusionStatistic statistic, MergeTensor tensor, float[] original, float[] changed)
    {
        int length = (int)tensor.RowLength;
        int block = length * Math.Max(1, 1024 / length);
        int passes = 0;
        for (; statistic.NeedsPass; passes++)
        {
            for (int start = 0; start < original.Length; start += 16 * block)
            {
                ChunkStatistic chunk = statistic.Begin();
                for (int first = start; first < Math.Min(start + (16 * block), original.Length); first += block)
                {
                    int count = Math.Min(block, original.Length - first);
                    if (statistic.Wants(first))
                    {
                        float[] values = [.. original.AsSpan(first, count), .. changed.AsSpan(first, count)];
                        chunk.Observe(new MergeBlock<float>(tensor, first, count, values, count, new PhiloxKey[2]));
                    }
                }

                statistic.Add(chunk);
            }

            statistic.EndPass();
        }

        return passes;
    }

    private static double Divergence(float[] changed, float[] original)
    {
        double[] p = Softmax(changed);
        double[] q = Softmax(original);
        return p.Zip(q, (left, right) => (left + Smallest) * Math.Log((left + Smallest) / (right + Smallest))).Sum();
    }

    private static double[] Softmax(float[] row)
    {
        double top = row.Max();
        double sum = row.Sum(value => Math.Exp(value - top));
        return [.. row.Select(value => Math.Exp(value - top) / sum)];
    }
}
