using TaskVectors.Merging.Competition;
using TaskVectors.Merging.Fusion;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Masks;
using TaskVectors.Merging.Products;
using TaskVectors.Merging.Selection;
using TaskVectors.Merging.Sharing;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Merging;

/// <summary>Wide kernels give the bits of their scalar twins, at any length and from any element on.</summary>
public class BlockKernelTests
{
    private const int Models = 3;

    public static TheoryData<int> Lengths => [1, 3, 4, 7, 8, 16, 31, 64, 129, 1000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Random_draws_are_those_of_their_twin(int length)
    {
        var key = PhiloxKey.Create(7, "model 0", "x");
        foreach (double density in new[] { 0, 1e-12, 0.3, 0.5, 1 - 1e-12, 1 })
        {
            foreach (long first in new[] { 0L, 1, 2, 3, 8, 1_000_003, (1L << 35) + 1 })
            {
                ulong[] wide = new ulong[(length + 63) / 64];
                ulong[] scalar = new ulong[wide.Length];
                KeyedDraws.Draw(key, density, first, length, wide);
                KeyedDraws.DrawScalar(key, density, first, length, scalar);
                Assert.Equal(scalar, wide);
            }
        }
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(0.25)]
    [InlineData(1 - 1e-12)]
    public void The_share_that_is_kept_is_the_density(double density)
    {
        const int Count = 1 << 18;
        ulong[] kept = new ulong[Count / 64];
        KeyedDraws.Draw(PhiloxKey.Create(1, "m", "t"), density, 0, Count, kept);
        double spread = (5 * Math.Sqrt(Count * density * (1 - density))) + 1e-3;
        Assert.InRange(kept.Sum(System.Numerics.BitOperations.PopCount), (Count * density) - spread, (Count * density) + spread);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_elected_maximum_gives_the_bits_of_its_twin(int length) => Require(
        length, (block, result) => ElectedMaximum.Merge(block.Values, result), (block, result) => ElectedMaximum.MergeScalar(block.Values, 0, result));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Steps_towards_another_model_give_the_bits_of_their_twin(int length)
    {
        foreach (double distance in new[] { 0, 0.25, 10 })
        {
            Require(
                length,
                (block, result) => NearSteps.Merge(block[0], block[1], distance, result),
                (block, result) => NearSteps.MergeScalar(block[0], block[1], distance, 0, result));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Masks_give_the_bits_of_their_twin(int length)
    {
        foreach (int? task in new int?[] { null, 1 })
        {
            var mask = new TallMask([0.2, 0.4, 0.7], agreement: 2, task, scale: 1.3);
            Require(length, Of((block, vector) => mask.Apply(block.Values, vector)), Of((block, vector) => mask.ApplyScalar(block.Values, 0, vector)));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Disjoint_sums_give_the_bits_of_their_twin(int length)
    {
        foreach (bool zeroIsPositive in new[] { true, false })
        {
            var sum = new DisjointSum([0.5, 1, 2], averages: true, scale: 0.7);
            foreach (long[] bounds in new long[][] { [], [MagnitudeCut.PatternOf(0.3), -1, long.MaxValue] })
            {
                Require(length, (block, result) => sum.Merge(block.Values, bounds, zeroIsPositive, result), (block, result) => sum.MergeScalar(block.Values, bounds, zeroIsPositive, 0, result));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Signs_of_sums_are_counted_as_their_twin_does(int length) => Require(
        length,
        (block, result) => result[0] = DisjointSum.CountSigns(block.Values, [MagnitudeCut.PatternOf(0.3), -1, long.MaxValue]),
        (block, result) => result[0] = DisjointSum.CountSignsScalar(block.Values, [MagnitudeCut.PatternOf(0.3), -1, long.MaxValue], 0));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Weighted_sums_give_the_bits_of_their_twin(int length)
    {
        double[] weights = [0.3, -1.7, 0.9];
        Require(length, (block, result) => BlockMath.WeightedSum(block, weights, result), (block, result) => BlockMath.WeightedSumScalar<double>(block.Values, weights, 0, result));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_largest_change_gives_the_bits_of_its_twin(int length) =>
        Require(length, (block, result) => LargestChange.Find(block.Values, result), (block, result) => LargestChange.FindScalar(block.Values, 0, result));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Shared_means_give_the_bits_of_their_twin(int length)
    {
        foreach (double[] scales in new double[][] { [], [1.1, 0.5, 2] })
        {
            Require(length, (block, result) => SharedMean.Merge(block.Values, 0.3, scales, result), (block, result) => SharedMean.MergeScalar<double>(block.Values, 0.3, scales, 0, result));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Variances_give_the_bits_and_the_count_of_their_twin(int length) => Require(
        length,
        (block, result) => result[0] += Variances.Find(block, result),
        (block, result) => result[0] += Variances.FindScalar(block, 0, result));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Selected_elements_merge_to_the_bits_of_their_twin(int length)
    {
        double[] weights = [0.2, 0.5, 0.3];
        foreach (long bound in new[] { -1, 0, BitConverter.DoubleToInt64Bits(0.25), long.MaxValue })
        {
            Require(length, (block, result) => SceKernel.Merge(block, weights, bound, result), (block, result) => SceKernel.MergeScalar(block, weights, bound, 0, result));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Squares_above_a_bound_sum_to_the_bits_of_their_twin(int length)
    {
        double[] values = TestModel.Numbers(length, length);
        double[] variances = TestModel.Numbers(length + 1, length);
        long bound = BitConverter.DoubleToInt64Bits(0.4);
        double[] lanes = new double[FixedOrderSum.Lanes];
        Variances.AddSquaresAboveScalar(values, variances, bound, lanes);
        Assert.Equal(FixedOrderSum.Reduce(lanes), Variances.SquaresAbove(values, variances, bound));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Scores_of_a_competition_give_the_bits_of_their_twin(int length)
    {
        var competition = new ParameterCompetition([new(0.1, 1), new(0, 0.5), new(0.2, 0.2)], PcbVariant.Raw);
        for (int task = 0; task < Models; task++)
        {
            int chosen = task;
            Require(length, (block, result) => competition.Score(block, chosen, result), (block, result) =>
            {
                Sum(block, result);
                for (int index = 0; index < length; index++)
                {
                    result[index] += 0.0; // the sums start from zero, which has no sign
                }

                competition.ScoreScalar(block[chosen], chosen, 0, result);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Shares_of_a_task_give_the_bits_of_their_twin(int length)
    {
        var share = new TaskShare(-0.2, 0.9, 1.3, new MagnitudeRange(0.1, 0.7));
        double[] values = [.. TestModel.Numbers(length, length).Select((value, index) => index % 5 == 0 ? 0 : value)];
        double[] scores = TestModel.Numbers(length + 1, length);
        double[][] wide = [new double[length], new double[length]];
        double[][] scalar = [new double[length], new double[length]];
        share.Add(values, scores, wide[0], wide[1]);
        share.AddScalar(values, scores, 0, scalar[0], scalar[1]);
        Assert.Equal(scalar[0], wide[0]);
        Assert.Equal(scalar[1], wide[1]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Softmax_sums_give_the_bits_of_their_twin(int length)
    {
        double[] row = TestModel.Numbers(length, length, scale: 9);
        double[] wide = new double[length];
        double[] scalar = new double[length];
        double[] lanes = new double[FixedOrderSum.Lanes];
        SoftmaxSums.ExponentiateScalar(row, row.Max(), scalar, lanes);
        Assert.Equal(FixedOrderSum.Reduce(lanes), SoftmaxSums.Exponentiate(row, wide));
        Assert.Equal(scalar, wide);

        double[] other = [.. wide.Reverse()];
        Array.Clear(lanes);
        SoftmaxSums.AddDivergenceScalar(wide, 0.1, other, 0.3, 1e-8, lanes);
        Assert.Equal(FixedOrderSum.Reduce(lanes), SoftmaxSums.Divergence(wide, 0.1, other, 0.3, 1e-8));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Products_of_all_pairs_have_the_bits_of_single_ones(int length)
    {
        for (int models = 1; models <= 8; models++)
        {
            double[] values = TestModel.Numbers(length, models * length);
            double[] products = new double[models * models];
            ProductSums.Add(new MergeBlock<double>(new MergeTensor("x", new TensorShape(length)), 0, length, values, length, new PhiloxKey[models]), products);
            for (int first = 0; first < models; first++)
            {
                for (int second = first; second < models; second++)
                {
                    Assert.Equal(BlockMath.Dot(values.AsSpan(first * length, length), values.AsSpan(second * length, length)), products[(first * models) + second]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Products_of_pairs_of_elements_give_the_bits_of_their_twin(int length)
    {
        double[] first = TestModel.Numbers(length, length);
        double[] second = TestModel.Numbers(length + 1, length);
        double[][] wide = [.. Enumerable.Range(0, 3).Select(sum => TestModel.Numbers(sum, length))];
        double[][] scalar = [.. wide.Select(sums => sums.ToArray())];
        PairProducts.Add<double>(first, second, wide[0], wide[1], wide[2]);
        PairProducts.AddScalar<double>(first, second, 0, scalar[0], scalar[1], scalar[2]);
        Assert.Equal(scalar, wide);

        PairProducts.Combine<double>(first, wide[0], second, wide[1], wide[2]);
        PairProducts.CombineScalar<double>(first, scalar[0], second, scalar[1], 0, scalar[2]);
        Assert.Equal(scalar, wide);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Changes_are_counted_as_shared_or_unique(int length)
    {
        double[] values = [.. TestModel.Numbers(length, Models * length).Select(value => Math.Abs(value) < 0.5 ? 0 : value)];
        values[length / 2] = double.NegativeInfinity;
        var counts = new List<(long Shared, long Unique)>[2];
        for (int precision = 0; precision < 2; precision++)
        {
            var found = counts[precision] = [];
            var statistic = new SharingStatistic(Models, 0.5, (shared, unique) =>
            {
                found.Add((shared, unique));
                return 1;
            });
            ChunkStatistic chunk = statistic.Begin();
            if (precision == 0)
            {
                chunk.Observe(new MergeBlock(new MergeTensor("x", new TensorShape(length)), 0, length, values, length, new PhiloxKey[Models]));
            }
            else
            {
                chunk.Observe(new MergeBlock<float>(new MergeTensor("x", new TensorShape(length)), 0, length, [.. values.Select(value => (float)value)], length, new PhiloxKey[Models]));
            }

            statistic.Add(chunk);
            statistic.EndPass();
        }

        (long Shared, long Unique)[] expected = [.. Enumerable.Range(0, Models).Select(model => (Count(model, changes => changes > 1), Count(model, changes => changes == 1)))];
        Assert.Equal(expected, counts[0]);
        Assert.Equal(expected, counts[1]);

        bool Changes(int model, int index) => Math.Abs(values[(model * length) + index]) > 0.5;

        long Count(int model, Func<int, bool> isCounted) => Enumerable.Range(0, length)
            .LongCount(index => Changes(model, index) && isCounted(Enumerable.Range(0, Models).Count(other => Changes(other, index))));
    }

    private delegate void Kernel(MergeBlock block, Span<double> result);

    private static Kernel Of(Kernel afterSum) => (block, result) =>
    {
        Sum(block, result);
        afterSum(block, result);
    };

    private static void Sum(MergeBlock block, Span<double> result) => BlockMath.WeightedSum(block, [1, 1, 1], result);

    // Numbers on a coarse grid, so that sums of zero and equal magnitudes occur, with infinities, subnormals and both zeros.
    private static void Require(int length, Kernel wide, Kernel scalar)
    {
        double[] values = [.. TestModel.Numbers(length, Models * length).Select(value => Math.Round(value * 4) / 4)];
        values[^1] = double.Epsilon;
        values[0] = -0.0;
        values[length / 2] = double.NegativeInfinity;
        Assert.Equal(Run(values, length, scalar), Run(values, length, wide));
    }

    private static long[] Run(double[] values, int length, Kernel kernel)
    {
        double[] result = new double[length];
        var keys = new PhiloxKey[Models];
        kernel(new MergeBlock(new MergeTensor("x", new TensorShape(length)), 0, length, [.. values], length, keys), result);
        return [.. result.Select(BitConverter.DoubleToInt64Bits)];
    }
}
