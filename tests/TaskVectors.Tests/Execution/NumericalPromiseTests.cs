using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>The promises the library makes about numbers: exact trivial edits, one rounding, the same bytes always, an honest report of loss.</summary>
public sealed class NumericalPromiseTests : IDisposable
{
    private static readonly DType[] FloatTypes = [DType.F64, DType.F32, DType.F16, DType.BF16, DType.F8_E4M3, DType.F8_E5M2, DType.F8_E4M3FNUZ, DType.F8_E5M2FNUZ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<DType> Floats => [.. FloatTypes];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Floats))]
    public async Task Adding_a_whole_task_vector_gives_the_finetuned_model_bit_for_bit(DType dtype)
    {
        Checkpoint pretrained = Write("base", dtype, 1);
        Checkpoint finetuned = Write("finetuned", dtype, 2);
        await RequireSameBytes(pretrained + (1.0 * (finetuned - pretrained)), finetuned);
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public async Task Merging_a_model_with_itself_gives_the_model_bit_for_bit(DType dtype)
    {
        Checkpoint model = Write("model", dtype, 3);
        Checkpoint copy = Write("copy", dtype, 3);
        await RequireSameBytes(Checkpoint.WeightedSum((0.3, model), (0.7, model)), model);
        await RequireSameBytes(Checkpoint.WeightedSum((0.5, model), (0.5, copy)), model);
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public async Task A_result_is_the_sum_at_the_accumulators_precision_rounded_once(DType dtype)
    {
        Checkpoint pretrained = Write("base", dtype, 4);
        Checkpoint first = Write("first", dtype, 5);
        Checkpoint second = Write("second", dtype, 6);
        Checkpoint edited = await Save(pretrained + (0.3 * (first - pretrained)) - (0.2 * (second - pretrained)));

        double[] exact = Reference(pretrained, first, second);
        if (dtype.BitSize() <= 16)
        {
            exact = [.. exact.Select(value => (double)(float)value)];
        }

        Assert.Equal(TestModel.Encode(dtype, exact).ToArray(), TestModel.Bytes(edited, "w"));
    }

    [Fact]
    public async Task A_tie_on_paper_goes_to_even_although_decimal_coefficients_are_inexact()
    {
        // 0.3 b + 0.3 x + 0.4 y = 0.21826171875, half way between two BF16 values; 0.3 and 0.4 are not binary fractions.
        Checkpoint pretrained = TestModel.Write(_folder["base.safetensors"], ("w", DType.BF16, [0.212890625]));
        Checkpoint first = TestModel.Write(_folder["first.safetensors"], ("w", DType.BF16, [0.2294921875]));
        Checkpoint second = TestModel.Write(_folder["second.safetensors"], ("w", DType.BF16, [0.2138671875]));
        Checkpoint edited = await Save(pretrained + (0.3 * (first - pretrained)) + (0.4 * (second - pretrained)));
        Assert.Equal([0.21875], TestModel.Values(edited, "w"));
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public async Task The_reported_rounding_loss_is_that_of_a_float64_reference(DType dtype)
    {
        Checkpoint pretrained = Write("base", dtype, 7);
        Checkpoint first = Write("first", dtype, 8);
        Checkpoint second = Write("second", dtype, 9);
        Manifest manifest = await (pretrained + (0.3 * (first - pretrained)) - (0.2 * (second - pretrained))).SaveAsync(_folder["out"]);

        double[] exact = Reference(pretrained, first, second);
        double[] written = TestModel.Values(Checkpoint.Open(_folder["out"]), "w");
        double[] reference = TestModel.Values(pretrained, "w");
        double rounding = Math.Sqrt(exact.Zip(written, (left, right) => (left - right) * (left - right)).Sum());
        double edit = Math.Sqrt(exact.Zip(reference, (left, right) => (left - right) * (left - right)).Sum());
        Assert.Equal(rounding / edit, manifest.RoundingLoss!.Value, 1e-6 * rounding / edit);
        Assert.Equal(edit, manifest.EditNorm, 1e-6 * edit);
    }

    [Fact]
    public async Task The_size_of_an_edit_is_measured_against_the_base_even_where_its_coefficient_is_zero()
    {
        Checkpoint pretrained = Write("base", DType.F32, 10);
        Checkpoint first = Write("first", DType.F32, 11);
        Checkpoint second = Write("second", DType.F32, 12);
        Manifest manifest = await (pretrained + (0.5 * (first - pretrained)) + (0.5 * (second - pretrained))).SaveAsync(_folder["out"]);

        double[] a = TestModel.Values(first, "w");
        double[] b = TestModel.Values(second, "w");
        double[] origin = TestModel.Values(pretrained, "w");
        double expected = Math.Sqrt(Enumerable.Range(0, Count).Sum(index => Math.Pow((0.5 * a[index]) + (0.5 * b[index]) - origin[index], 2)));
        Assert.Equal(expected, manifest.EditNorm, 1e-9 * expected);
    }

    [Theory]
    [InlineData(Rounding.Nearest)]
    [InlineData(Rounding.Stochastic)]
    public async Task The_same_edit_gives_the_same_bytes_for_any_threads_and_memory(Rounding rounding)
    {
        const int Elements = 1_000_003;
        Checkpoint pretrained = TestModel.Write(_folder["base.safetensors"], ("w", DType.BF16, TestModel.Numbers(1, Elements)), ("v", DType.BF16, TestModel.Numbers(2, 777)));
        Checkpoint first = TestModel.Write(_folder["first.safetensors"], ("w", DType.BF16, TestModel.Numbers(3, Elements)), ("v", DType.BF16, TestModel.Numbers(4, 777)));
        Checkpoint edited = pretrained + (0.37 * (first - pretrained));
        EditOptions options = EditOptions.Default with { Rounding = rounding, Seed = 42 };

        var manifests = new List<Manifest>();
        foreach ((int threads, long memory) in new[] { (1, 64L << 20), (2, 2L << 30), (7, 64L << 20), (7, 2L << 30) })
        {
            manifests.Add(await edited.SaveAsync(_folder[$"out-{manifests.Count}"], options with { Threads = threads, Memory = memory }));
        }

        byte[] expected = await File.ReadAllBytesAsync(_folder["out-0/model.safetensors"]);
        for (int run = 1; run < manifests.Count; run++)
        {
            byte[] actual = await File.ReadAllBytesAsync(_folder[$"out-{run}/model.safetensors"]);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"run {run} differs");
            Assert.Equal(manifests[0].RoundingLoss, manifests[run].RoundingLoss);
            Assert.Equal(manifests[0].Files.ToArray(), manifests[run].Files.ToArray());
        }
    }

    [Fact]
    public async Task Stochastic_rounding_depends_on_the_seed_and_keeps_the_mean_of_a_small_edit()
    {
        // An edit of a hundredth of the spacing of BF16 at 1: rounding to nearest loses it all.
        double[] ones = [.. Enumerable.Repeat(1.0, 200_000)];
        double[] nudged = [.. Enumerable.Repeat(1 + (1 / 12_800.0), 200_000)];
        Checkpoint pretrained = TestModel.Write(_folder["base.safetensors"], ("w", DType.BF16, ones));
        Checkpoint finetuned = TestModel.Write(_folder["finetuned.safetensors"], ("w", DType.F32, nudged));
        Checkpoint edited = pretrained + (1.0 * (finetuned - pretrained));
        EditOptions options = EditOptions.Default with { OutputDType = DType.BF16 };

        _ = await edited.SaveAsync(_folder["nearest"], options);
        Assert.All(TestModel.Values(Checkpoint.Open(_folder["nearest"]), "w"), value => Assert.Equal(1, value));

        _ = await edited.SaveAsync(_folder["seed1"], options with { Rounding = Rounding.Stochastic, Seed = 1 });
        _ = await edited.SaveAsync(_folder["seed2"], options with { Rounding = Rounding.Stochastic, Seed = 2 });
        double[] first = TestModel.Values(Checkpoint.Open(_folder["seed1"]), "w");
        Assert.NotEqual(first, TestModel.Values(Checkpoint.Open(_folder["seed2"]), "w"));

        // Each value goes up by 1/128 with probability 1/100: five standard errors of the mean of 200,000.
        double fiveSigma = 5 * Math.Sqrt(0.01 * 0.99 / first.Length) / 128;
        Assert.Equal(1 + (1 / 12_800.0), first.Average(), fiveSigma);
    }

    [Fact]
    public async Task Values_beyond_the_output_dtype_are_counted_and_reported()
    {
        Checkpoint model = TestModel.Write(_folder["base.safetensors"], ("w", DType.F32, [1, 1e6, -1e6, 3]));
        Manifest manifest = await model.SaveAsync(_folder["out"], EditOptions.Default with { OutputDType = DType.F16 });
        Assert.Equal(2, manifest.Saturated);
        Assert.Contains(manifest.Warnings, warning => warning.Contains("'w'", StringComparison.Ordinal));
    }

    private const int Count = 5_003;

    private Checkpoint Write(string name, DType dtype, int seed) => TestModel.Write(_folder[name + ".safetensors"], ("w", dtype, TestModel.Numbers(seed, Count)));

    private async Task<Checkpoint> Save(Checkpoint edited)
    {
        string path = _folder[Guid.NewGuid().ToString("N")];
        _ = await edited.SaveAsync(path);
        return Checkpoint.Open(path);
    }

    private async Task RequireSameBytes(Checkpoint edited, Checkpoint expected)
    {
        Checkpoint written = await Save(edited);
        Assert.Equal(TestModel.Bytes(expected, "w"), TestModel.Bytes(written, "w"));
    }

    // In the order of the plan: the base, then the first, then the second, each by a fused multiply-add.
    private static double[] Reference(Checkpoint pretrained, Checkpoint first, Checkpoint second)
    {
        double[] origin = TestModel.Values(pretrained, "w");
        double[] a = TestModel.Values(first, "w");
        double[] b = TestModel.Values(second, "w");
        const double baseCoefficient = 0.9;
        return [.. Enumerable.Range(0, Count).Select(index => Math.FusedMultiplyAdd(-0.2, b[index], Math.FusedMultiplyAdd(0.3, a[index], baseCoefficient * origin[index])))];
    }
}
