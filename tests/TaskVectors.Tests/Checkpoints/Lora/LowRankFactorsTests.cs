using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

public class LowRankFactorsTests
{
    [Property(MaxTest = 200)]
    public void Any_part_has_the_bits_of_the_whole(PositiveInt rows, PositiveInt columns, NonNegativeInt rank, NonNegativeInt first, NonNegativeInt count)
    {
        LowRankFactors factors = Random(rows.Get % 40 + 1, columns.Get % 5000 + 1, rank.Get % 6, seed: rows.Get, scale: 0.37);
        double[] whole = factors.ToDense();
        int start = first.Get * 37 % whole.Length;
        int length = count.Get * 101 % (whole.Length - start + 1);

        double[] part = new double[length];
        factors.Compute(start, part);

        Assert.Equal(whole.AsSpan(start, length).ToArray(), part);
    }

    [Property(MaxTest = 100)]
    public void A_product_is_the_sum_over_the_inner_dimension(PositiveInt rows, PositiveInt columns, PositiveInt rank)
    {
        LowRankFactors factors = Random(rows.Get % 20 + 1, columns.Get % 20 + 1, rank.Get % 9, seed: columns.Get, scale: -1.5);
        double[] dense = factors.ToDense();
        for (int row = 0; row < factors.Rows; row++)
        {
            for (int column = 0; column < factors.Columns; column++)
            {
                double sum = 0;
                for (int k = 0; k < factors.Rank; k++)
                {
                    sum = Math.FusedMultiplyAdd(factors.B[row * factors.Rank + k], factors.A[k * factors.Columns + column], sum);
                }

                Assert.Equal(sum * factors.Scale, dense[row * factors.Columns + column]);
            }
        }
    }

    /// <summary>Ten terms below 1 in F64: 1e-15 a rounding.</summary>
    [Property(MaxTest = 100)]
    public void A_sum_of_factors_is_the_sum_of_the_matrices(PositiveInt rows, PositiveInt columns, NonNegativeInt left, NonNegativeInt right, bool sameScale)
    {
        LowRankFactors one = Random(rows.Get % 12 + 1, columns.Get % 12 + 1, left.Get % 5, seed: 1, scale: 0.3);
        LowRankFactors other = Random(one.Rows, one.Columns, right.Get % 5, seed: 2, scale: sameScale ? 0.3 : -0.7);

        LowRankFactors sum = one + 2.5 * other;

        Assert.Equal(one.Rank + other.Rank, sum.Rank);
        double[] expected = [.. one.ToDense().Zip(other.ToDense(), (x, y) => x + 2.5 * y)];
        Assert.InRange(LoraCase.Distance(expected, sum.ToDense()), 0, 1e-14);
    }

    [Fact]
    public void A_sum_with_one_scale_rounds_nothing()
    {
        LowRankFactors one = Random(4, 5, 2, seed: 1, scale: 0.3);
        LowRankFactors other = Random(4, 5, 3, seed: 2, scale: 0.3);

        LowRankFactors sum = one.Add(other);

        Assert.Equal(0.3, sum.Scale);
        Assert.Equal([.. one.A, .. other.A], sum.A.ToArray());
        Assert.Equal([.. one.B[..2], .. other.B[..3]], sum.B[..5].ToArray());
    }

    [Fact]
    public void Transposing_transposes()
    {
        LowRankFactors factors = Random(4, 7, 3, seed: 5, scale: 2);

        LowRankFactors transposed = factors.Transpose();

        Assert.Equal((7, 4), (transposed.Rows, transposed.Columns));
        double[] dense = factors.ToDense();
        double[] other = transposed.ToDense();
        for (int i = 0; i < dense.Length; i++)
        {
            Assert.Equal(dense[i], other[i % 7 * 4 + i / 7], 15);
        }
    }

    [Fact]
    public void Wrong_lengths_shapes_and_scales_are_refused()
    {
        LowRankFactors factors = Random(2, 3, 1, seed: 1, scale: 1);

        Assert.Throws<ArgumentException>(() => new LowRankFactors(2, 3, 1, new double[3], new double[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LowRankFactors(2, 3, 1, new double[2], new double[3], double.NaN));
        Assert.Throws<ArgumentException>(() => factors.Add(Random(3, 2, 1, seed: 1, scale: 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => factors.Multiply(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => factors.Compute(5, new double[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => factors.Compute(-1, new double[2]));
    }

    [Property(MaxTest = 60)]
    public Property Any_range_of_bytes_is_the_slice_of_the_whole_tensor()
    {
        string[] names = ["llama-plain", "llama-dora", "gpt2-dora", "llama-modules-to-save", "vit-conv2d", "llama-embeddings", "vit-dora-conv", "llama-dora-embed"];
        return Prop.ForAll(Gen.Elements(names).ToArbitrary(), ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (name, first, count) =>
        {
            LoraCase golden = LoraCase.All[name];
            CheckpointSource bound = ((IBindableTaskVector)CheckpointFormats.Open(golden.AdapterFolder)).Bind(golden.OpenBase());
            using ICheckpointReader reader = bound.OpenReader();
            foreach (TensorInfo tensor in bound.Tensors)
            {
                byte[] whole = new byte[tensor.ByteCount];
                reader.Read(tensor, 0, whole);
                int start = first.Get * 131 % whole.Length;
                byte[] part = new byte[count.Get * 977 % (whole.Length - start + 1)];
                reader.Read(tensor, start, part);
                Assert.Equal(whole.AsSpan(start, part.Length).ToArray(), part);
                Assert.Null(reader.Locate(tensor));
            }
        });
    }

    [Fact]
    public void Reading_outside_a_tensor_or_another_tensor_is_refused()
    {
        CheckpointSource adapter = CheckpointFormats.Open(LoraCase.All["llama-plain"].AdapterFolder);
        using ICheckpointReader reader = adapter.OpenReader();
        TensorInfo tensor = adapter.Tensors[0];

        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(tensor, tensor.ByteCount - 1, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(tensor, -1, new byte[2]));
        Assert.Throws<ArgumentException>(() => reader.Read(tensor with { DType = DType.BF16 }, 0, new byte[2]));
    }

    [Fact]
    public void The_cache_loads_each_pair_once_and_forgets_the_oldest()
    {
        var loads = new List<string>();
        LoraModule[] modules = [.. Enumerable.Range(0, 3).Select(i => Module($"m{i}"))];
        var cache = new FactorCache(
            module =>
            {
                loads.Add(module.Name);
                return Random(2, 2, 1, seed: 1, scale: 1);
            },
            capacity: 2 * modules[0].FactorBytes);

        foreach (int i in new[] { 0, 1, 0, 1, 2, 1, 0 })
        {
            _ = cache.Get(modules[i]);
        }

        Assert.Equal(["m0", "m1", "m2", "m0"], loads);
    }

    internal static LowRankFactors Random(int rows, int columns, int rank, int seed, double scale)
    {
        var random = new Random(seed);
        return new LowRankFactors(rows, columns, rank, Values(rows * rank), Values(rank * columns), scale);

        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }

    private static LoraModule Module(string name) => new(
        name,
        LoraLayerKind.Linear,
        new TensorInfo("a", DType.F32, new TensorShape(1, 2)),
        new TensorInfo("b", DType.F32, new TensorShape(2, 1)),
        1,
        1);
}
