using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Masks;
using TaskVectors.Merging.Products;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sharing;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Wide kernels for F32 give the bits of their scalar twins, at any length and for any number.</summary>
public class SinglePrecisionTests
{
    private const int Models = 3;

    public static TheoryData<int> Lengths => [1, 3, 7, 8, 9, 16, 31, 64, 65, 129, 1000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Elections_give_the_bits_of_their_twin(int length)
    {
        foreach (bool normalize in new[] { true, false })
        {
            double[] weights = [0.5, 1, 0.25];
            float[] wide = new float[length];
            SignElection.Merge(Block(length), weights, normalize, 0.7, wide);
            float[] scalar = new float[length];
            SignElection.MergeScalar(Block(length), weights, normalize, 0.7, 0, scalar);
            Assert.Equal(Bits(scalar), Bits(wide));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Disjoint_sums_give_the_bits_of_their_twin(int length)
    {
        var sum = new DisjointSum([0.5, 1, 2], averages: true, scale: 0.7);
        foreach (long[] bounds in new long[][] { [], [Pattern(0.3f), -1, long.MaxValue] })
        {
            float[] wide = new float[length];
            sum.Merge(Block(length), bounds, zeroIsPositive: false, wide);
            float[] scalar = new float[length];
            sum.MergeScalar(Block(length), bounds, zeroIsPositive: false, 0, scalar);
            Assert.Equal(Bits(scalar), Bits(wide));
            Assert.Equal(DisjointSum.CountSignsScalar(Block(length), bounds, 0), DisjointSum.CountSigns(Block(length), bounds));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Steps_towards_another_model_give_the_bits_of_their_twin(int length)
    {
        foreach (float distance in new[] { 0f, 0.25f, 10f })
        {
            Require(
                length,
                (block, result) => NearSteps.Merge(block[0], block[1], distance, result),
                (block, result) => NearSteps.MergeScalar(block[0], block[1], distance, 0, result));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_largest_change_gives_the_bits_of_its_twin(int length) =>
        Require(length, LargestChange.Find, (block, result) => LargestChange.FindScalar(block, 0, result));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Shared_means_give_the_bits_of_their_twin(int length)
    {
        foreach (double[] scales in new double[][] { [], [1.1, 0.5, 2] })
        {
            float[] factors = [.. scales.Select(scale => (float)scale)];
            Require(length, (block, result) => SharedMean.Merge(block, 0.3, scales, result), (block, result) => SharedMean.MergeScalar<float>(block, 0.3f, factors, 0, result));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_elected_maximum_and_masks_give_the_bits_of_their_twins(int length) => Require(
        length,
        (block, result) =>
        {
            ElectedMaximum.Merge(block, result);
            ElectedMaximum.Mask<float>(block[1], result);
        },
        (block, result) =>
        {
            ElectedMaximum.MergeScalar(block, 0, result);
            ElectedMaximum.MaskScalar<float>(block[1], 0, result);
        });

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Masks_of_tasks_give_the_bits_of_their_twin(int length)
    {
        foreach (int? task in new int?[] { null, 1 })
        {
            var mask = new TallMask([0.2, 0.4, 0.7], agreement: 2, task, scale: 1.3);
            Require(
                length,
                (block, vector) =>
                {
                    BlockMath.WeightedSum(block, [1, 1, 1], vector);
                    mask.Apply(block, vector);
                },
                (block, vector) =>
                {
                    BlockMath.WeightedSumScalar<float>(block, [1, 1, 1], 0, vector);
                    mask.ApplyScalar(block, 0, vector);
                });
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Products_are_those_of_the_same_numbers_in_double_precision(int length)
    {
        for (int models = 1; models <= 5; models++)
        {
            float[] singles = [.. TestModel.Numbers(length, models * length).Select(value => (float)value)];
            double[] doubles = [.. singles.Select(value => (double)value)];
            double[] products = new double[models * models];
            double[] expected = new double[models * models];
            ProductSums.Add(new MergeBlock<float>(new MergeTensor("x", new TensorShape(length)), 0, length, singles, length, new PhiloxKey[models]), products);
            ProductSums.Add(new MergeBlock<double>(new MergeTensor("x", new TensorShape(length)), 0, length, doubles, length, new PhiloxKey[models]), expected);
            Assert.Equal(expected, products);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Products_of_pairs_of_elements_give_the_bits_of_their_twin(int length)
    {
        float[] first = Numbers(length, 11);
        float[] second = Numbers(length, 12);
        double[][] wide = [.. Enumerable.Range(0, 3).Select(sum => TestModel.Numbers(sum, length))];
        double[][] scalar = [.. wide.Select(sums => sums.ToArray())];
        PairProducts.Add<float>(first, second, wide[0], wide[1], wide[2]);
        PairProducts.AddScalar<float>(first, second, 0, scalar[0], scalar[1], scalar[2]);
        Assert.Equal(scalar, wide);

        (float[] combined, float[] twin) = (new float[length], new float[length]);
        PairProducts.Combine<float>(first, wide[0], second, wide[1], combined);
        PairProducts.CombineScalar<float>(first, scalar[0], second, scalar[1], 0, twin);
        Assert.Equal(Bits(twin), Bits(combined));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Windows_of_magnitudes_hold_what_their_twin_finds(int length)
    {
        float[] values = Numbers(length, 5);
        foreach ((long low, long high) in new[] { (0L, long.MaxValue), (Pattern(0.25f), Pattern(0.5f)), (Pattern(1e-40f), Pattern(float.MaxValue)), (1L << 40, long.MaxValue) })
        {
            (int[] hits, int[] twin) = (new int[length], new int[length]);
            (long above, long aboveTwin) = (0, 0);
            int count = MagnitudeScan.Find<float>(values, low, high, hits, ref above);
            int countTwin = MagnitudeScan.FindScalar<float>(values, low, high, 0, twin, 0, ref aboveTwin);
            Assert.Equal((countTwin, aboveTwin), (count, above));
            Assert.Equal(twin[..count], hits[..count]);
            RequireEnds(values, (low, high), (low, high));
            RequireEnds(values, (low, high), (-1, high));
            RequireEnds(values, (low, high), (low, -1));
        }
    }

    private static void RequireEnds(float[] values, (long Low, long High) window, (long Low, long High) ends)
    {
        (int[] hits, int[] twin) = (new int[values.Length], new int[values.Length]);
        (long above, long aboveTwin) = (0, 0);
        (long Low, long High) equalTwin = (0, 0);
        int count = MagnitudeScan.Find<float>(values, window, ends, hits, ref above, out (long Low, long High) equal);
        int countTwin = MagnitudeScan.FindScalar<float>(values, window, ends, 0, twin, 0, ref aboveTwin, ref equalTwin);
        Assert.Equal((countTwin, aboveTwin, equalTwin), (count, above, equal));
        Assert.Equal(twin[..count], hits[..count]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Cuts_clear_what_their_twin_clears(int length)
    {
        foreach (long bound in new[] { -1L, 0, Pattern(0.25f), Pattern(1e-40f), long.MaxValue })
        {
            foreach (bool keepsLarger in new[] { true, false })
            {
                float[] wide = Numbers(length, 6);
                float[] scalar = [.. wide];
                var cut = new MagnitudeCut(bound, 0); // no index lies before
                if (keepsLarger)
                {
                    MagnitudeScan.KeepWithin<float>(wide, 0, cut);
                }
                else
                {
                    MagnitudeScan.KeepOutside<float>(wide, 0, cut);
                }

                MagnitudeScan.ClearScalar<float>(scalar, bound, keepsLarger);
                Assert.Equal(Bits(scalar), Bits(wide));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Two_cuts_clear_what_each_of_them_clears(int length)
    {
        MagnitudeCut[] cuts = [MagnitudeCut.None, MagnitudeCut.All, new(Pattern(0.25f), 0), new(Pattern(0.25f), long.MaxValue), new(Pattern(0.75f), 104), new(0, 102)];
        foreach ((MagnitudeCut inner, MagnitudeCut outer) in cuts.SelectMany(inner => cuts.Select(outer => (inner, outer))))
        {
            float[] wide = Numbers(length, 7);
            float[] scalar = [.. wide.Select((value, index) => outer.Contains(Pattern(value), 100 + index) && !inner.Contains(Pattern(value), 100 + index) ? value : 0)];
            MagnitudeScan.KeepBetween<float>(wide, 100, inner, outer);
            Assert.Equal(Bits(scalar), Bits(wide));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Both_precisions_drop_the_same_elements(int length)
    {
        float[] singles = [.. Enumerable.Repeat(1f, length)];
        double[] doubles = [.. Enumerable.Repeat(1.0, length)];
        Drop(singles);
        Drop(doubles);
        Assert.Equal(doubles, singles.Select(value => (double)value));

        void Drop<T>(T[] values)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
            new RandomDrop([0.4], divides: true, new KeyedDraws()).Apply(
                new MergeBlock<T>(new MergeTensor("x", new TensorShape(length + 5)), 5, length, values, length, new PhiloxKey[] { new(8) }), 0, selection: null);
    }

    [Fact]
    public void Bits_of_what_is_kept_are_those_of_their_twin()
    {
        float[] values = [.. Numbers(64, 8).Select((value, index) => index % 3 == 0 ? 0 : value)];
        ulong word = KeptBits.PackScalar<float>(values);
        Assert.Equal(word, KeptBits.Pack<float>(values));
        float[] wide = Numbers(64, 9);
        float[] scalar = [.. wide];
        KeptBits.Scale<float>(wide, word, 0.7f);
        KeptBits.ScaleScalar<float>(scalar, word, 0.7f);
        Assert.Equal(Bits(scalar), Bits(wide));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Ranks_decide_as_a_sorted_row_does(int length)
    {
        var sampling = new RankedSampling(0.5, 0.3, divides: false);
        var key = PhiloxKey.Create(9, "model 1", "x");
        foreach (int seed in new[] { 1, 2, 3 })
        {
            float[] binned = Numbers(length, seed);
            float[] sorted = [.. binned];
            sampling.Apply<float>(binned, 11 * seed, key, new RankedScratch(length));
            sampling.ApplySorted<float>(sorted, 11 * seed, key);

            // Zeros of either sign are equal here: whether one is kept means nothing.
            Assert.Equal(sorted, binned);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x8000)]
    [InlineData(0xFFFF)]
    [InlineData(0x10000)]
    public void Random_numbers_are_compared_as_their_twin_does(long limit)
    {
        foreach (int length in new[] { 1, 63, 64 })
        {
            ushort[] numbers = [.. Enumerable.Range(0, length).Select(index => (ushort)(index % 5 == 0 ? limit : index * 0x9E37))];
            Assert.Equal(KeyedDraws.CompareScalar(numbers, limit), KeyedDraws.Compare(numbers, limit));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Adding_finds_the_elements_that_nearly_cancel(int length)
    {
        float[] values = Numbers(length, 10);
        double[] start = [.. values.Select((value, index) => index % 4 == 0 ? -0.5 * value * (1 + (index % 8 * 1e-4)) : 1.0)];
        (double[] wide, double[] scalar) = ([.. start], [.. start]);
        (int[] places, int[] placesTwin) = (new int[length], new int[length]);
        (double[] before, double[] beforeTwin) = (new double[length], new double[length]);
        int count = BlockMath.AddScaled(values, 0.5, 1e-3, wide, places, before);
        int countTwin = BlockMath.AddScaledScalar(values, 0.5, 1e-3, 0, scalar, placesTwin, beforeTwin, 0);
        Assert.Equal(countTwin, count);
        Assert.Equal(placesTwin, places);
        Assert.Equal(beforeTwin, before);
        Assert.Equal(scalar.Select(BitConverter.DoubleToInt64Bits), wide.Select(BitConverter.DoubleToInt64Bits));
    }

    private delegate void Kernel(MergeBlock<float> block, Span<float> result);

    private static void Require(int length, Kernel wide, Kernel scalar)
    {
        (float[] result, float[] twin) = (new float[length], new float[length]);
        wide(Block(length), result);
        scalar(Block(length), twin);
        Assert.Equal(Bits(twin), Bits(result));
    }

    private static long Pattern(float value) => MagnitudeCut.PatternOf(value);

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static MergeBlock<float> Block(int length) =>
        new(new MergeTensor("x", new TensorShape(length)), 0, length, Numbers(Models * length, length), length, new PhiloxKey[Models]);

    // On a coarse grid, so that sums of zero and equal magnitudes occur, with infinities, NaN, subnormals and both zeros.
    private static float[] Numbers(int count, int seed)
    {
        float[] values = [.. TestModel.Numbers(seed, count).Select(value => (float)Math.Round(value * 16) / 16)];
        ReadOnlySpan<float> special = [float.Epsilon, -0f, float.NegativeInfinity, 1e-40f, float.NaN];
        for (int index = 0; index < special.Length && count > 10; index++)
        {
            values[(index * 37) % count] = special[index];
        }

        return values;
    }
}
