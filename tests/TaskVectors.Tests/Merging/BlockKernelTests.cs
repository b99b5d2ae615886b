using TaskVectors.Merging;
using TaskVectors.Merging.Masks;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors;

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
        length, (block, result) => ElectedMaximum.Merge(block, result), (block, result) =>
        {
            Sum(block, result);
            ElectedMaximum.MergeScalar(block, 0, result);
        });

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Masks_give_the_bits_of_their_twin(int length)
    {
        foreach (int? task in new int?[] { null, 1 })
        {
            var mask = new TallMask([0.2, 0.4, 0.7], agreement: 2, task, scale: 1.3);
            Require(length, Of(mask.Apply), Of((block, vector) => mask.ApplyScalar(block, 0, vector)));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Disjoint_sums_give_the_bits_of_their_twin(int length)
    {
        foreach (bool zeroIsPositive in new[] { true, false })
        {
            var sum = new DisjointSum([0.5, 1, 2], averages: true, scale: 0.7);
            Require(length, (block, result) => sum.Merge(block.Values, zeroIsPositive, result), Of((block, result) => sum.MergeScalar(block.Values, zeroIsPositive, 0, result)));
        }
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
