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
    public void Dropping_at_random_gives_the_bits_of_its_twin(int length)
    {
        var key = PhiloxKey.Create(7, "model 0", "x");
        double[] values = TestModel.Numbers(length, length);
        foreach (long first in new[] { 0L, 1, 2, 3, 4, 1_000_003, (1L << 34) + 1 })
        {
            double[] wide = [.. values];
            RandomDrop.Drop(wide, first, key, 0.3, 1.5);
            double[] scalar = [.. values];
            _ = RandomDrop.DropScalar(scalar, first, key, (long)Math.Ceiling(0.3 * (1L << 32)), 1.5, 0, length);
            Assert.Equal(scalar, wide);
        }
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(0.25)]
    [InlineData(1 - 1e-12)]
    public void The_share_that_is_kept_is_the_density(double density)
    {
        const int Count = 1 << 18;
        double[] values = [.. Enumerable.Repeat(1.0, Count)];
        RandomDrop.Drop(values, 0, PhiloxKey.Create(1, "m", "t"), density, 1);
        double spread = (5 * Math.Sqrt(Count * density * (1 - density))) + 1e-3;
        Assert.InRange(values.Sum(), (Count * density) - spread, (Count * density) + spread);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Words_are_the_halves_of_bits(int length)
    {
        var key = new PhiloxKey(0x0123456789abcdef);
        for (long element = 0; element < length; element++)
        {
            Assert.Equal(Philox4x32.Block(key, System.Runtime.Intrinsics.Vector128.Create((uint)(element >> 2), 0, 0, 0))[(int)(element & 3)], Philox4x32.Word(key, element));
        }
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
