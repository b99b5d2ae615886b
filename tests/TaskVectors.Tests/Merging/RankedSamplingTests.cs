using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>The pruning of DELLA: by counting it decides as by sorting, and it has the probabilities of the authors' code.</summary>
public class RankedSamplingTests
{
    private static readonly PhiloxKey Key = PhiloxKey.Create(7, "model 0", "tensor");

    public static TheoryData<string> AuthorsCases => ["della-k2-weights", "della-k3", "della-k4-noelect", "della-layer-rank"];

    [Fact]
    public void Counting_decides_as_sorting_does()
    {
        var random = new Random(5);
        foreach (int count in new[] { 1, 2, 3, 7, 8, 9, 31, 64, 100, 333, 1000, 4096, 5001, 14336 })
        {
            for (int kind = 0; kind < 7; kind++)
            {
                double[] row = [.. Enumerable.Range(0, count).Select(_ => Value(kind, random))];
                RequireSameDecisions(row, first: random.Next(1000), density: 0.2 + (0.6 * random.NextDouble()), epsilon: 0.19 * random.NextDouble());
            }
        }
    }

    [Fact]
    public void Bounds_decide_as_their_twin_does_and_never_against_the_exact_rank()
    {
        const int Count = 4096;
        var random = new Random(6);
        for (int kind = 0; kind < 7; kind++)
        {
            double[] row = [.. Enumerable.Range(0, Count).Select(_ => Value(kind, random))];
            foreach ((double density, double epsilon) in new[] { (0.5, 0.15), (0.5, 0.499), (0.1, 0.09), (0.9, 0.0) })
            {
                var scratch = new RankedScratch(Count);
                var line = RankLine.Between(density - epsilon, density + epsilon, Count);
                Assert.True(scratch.Bins.Count<double>(row));
                scratch.Bounds.Find(scratch.Bins, line, Count);
                ushort[] halves = scratch.DrawHalves(Count, 0, Key).ToArray();
                int[] order = RankedSampling.Order<double>(row);
                int[] ranks = new int[Count];
                for (int rank = 0; rank < Count; rank++)
                {
                    ranks[order[rank]] = rank;
                }

                for (int start = 0; start < Count; start += 64)
                {
                    ReadOnlySpan<ushort> bins = scratch.Bins.Items.Slice(start, 64);
                    (ulong kept, ulong open) = scratch.Bounds.Compare(bins, halves.AsSpan(start, 64));
                    Assert.Equal(scratch.Bounds.CompareScalar(bins, halves.AsSpan(start, 64)), (kept, open));
                    for (int index = 0; index < 64; index++)
                    {
                        bool isKept = Philox4x32.Word(Key, start + index) < line.LimitOf(ranks[start + index]);
                        Assert.True((open >> index & 1) != 0 || row[start + index] == 0 || isKept == ((kept >> index & 1) != 0));
                    }
                }
            }
        }
    }

    [Fact]
    public void Most_elements_of_an_ordinary_row_are_decided_by_their_group()
    {
        const int Count = 4096;
        var random = new Random(7);
        double[] row = [.. Enumerable.Range(0, Count).Select(_ => random.NextDouble() - random.NextDouble())];
        var scratch = new RankedScratch(Count);
        Assert.True(scratch.Bins.Count<double>(row));
        scratch.Bounds.Find(scratch.Bins, RankLine.Between(0.35, 0.65, Count), Count);
        int open = scratch.Bounds.Decide(scratch.Bins.Items, scratch.DrawHalves(Count, 0, Key), new ulong[Count / 64], new int[Count + 1]);
        Assert.InRange(open, 1, Count / 40);
    }

    [Fact]
    public void The_rank_of_an_element_is_its_place_in_the_sorted_row()
    {
        var random = new Random(8);
        for (int kind = 0; kind < 7; kind++)
        {
            double[] row = [.. Enumerable.Range(0, 333).Select(_ => Value(kind, random))];
            int[] order = RankedSampling.Order<double>(row);
            for (int rank = 0; rank < row.Length; rank++)
            {
                Assert.Equal(rank, OpenRanks.RankOf<double>(row, order[rank]));
            }

            float[] singles = [.. row.Select(value => (float)value)];
            Assert.Equal(OpenRanks.CountBelowScalar<float>(singles, 0x3F000000), OpenRanks.CountBelow<float>(singles, 0x3F000000));
        }
    }

    [Fact]
    public void Large_elements_of_a_row_are_kept_more_often_evenly_over_the_ranks()
    {
        const int Rows = 20_000;
        const int Count = 5;
        double[] kept = new double[Count];
        var sampling = new RankedSampling(0.5, 0.3, divides: false);
        var scratch = new RankedScratch(Count);
        for (int row = 0; row < Rows; row++)
        {
            double[] values = [-3, 1, 5, -2, 4];
            sampling.Apply(values, (long)row * Count, Key, scratch);
            for (int index = 0; index < Count; index++)
            {
                kept[index] += values[index] != 0 ? 1.0 / Rows : 0;
            }
        }

        // Five standard errors of a fraction near 1/2 of 20000.
        double[] expected = [0.5, 0.2, 0.8, 0.35, 0.65];
        Assert.All(kept.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.018));
    }

    [Theory]
    [MemberData(nameof(AuthorsCases))]
    public void Probabilities_and_merged_vectors_are_those_of_the_authors_code(string name)
    {
        using JsonDocument description = JsonDocument.Parse(File.ReadAllText(GoldenPath.Of("sign", name, "case.json")));
        JsonElement parameters = description.RootElement.GetProperty("parameters");
        Checkpoint inputs = Checkpoint.Open(GoldenPath.Of("sign", name, "inputs.safetensors"));
        Checkpoint expected = Checkpoint.Open(GoldenPath.Of("sign", name, "expected.safetensors"));
        double tolerance = description.RootElement.GetProperty("tolerance").GetProperty("float64").GetDouble();
        double[] weights = [.. parameters.GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble())];
        var sampling = new RankedSampling(parameters.GetProperty("density").GetDouble(), parameters.GetProperty("epsilon").GetDouble(), divides: true);
        bool spansTensor = parameters.GetProperty("sparsification").GetString() == "rank_magnitude_layer_sampling";
        foreach (TensorInfo tensor in inputs.Tensors.Where(tensor => tensor.Name.StartsWith("base/", StringComparison.Ordinal)))
        {
            string parameter = tensor.Name["base/".Length..];
            double[][] pruned = [.. Enumerable.Range(0, weights.Length).Select(task => Prune(inputs, expected, sampling, tensor, $"task{task}/{parameter}", spansTensor))];
            double[] update = TestModel.Values(expected, $"update/{parameter}");
            Agreement.Require(parameter, update, Sum(parameters, weights, pruned, new MergeTensor(parameter, tensor.Shape)), tolerance);
        }
    }

    [Fact]
    public void Probabilities_outside_of_0_to_1_are_an_error_that_says_what_to_choose()
    {
        IMergeMethod method = MergeMethods.Find("della");
        var arguments = MergeArguments.Bind(method, 1, [new("density", "0.9"), new("epsilon", "0.2")], out IReadOnlyList<MergeException> errors);
        Assert.Empty(errors);
        MergeException error = Assert.Throws<MergeException>(() => method.CreateKernel(arguments));
        Assert.Contains("below 0.1", error.Message, StringComparison.Ordinal);
    }

    private static void RequireSameDecisions(double[] row, long first, double density, double epsilon)
    {
        var sampling = new RankedSampling(density, epsilon, divides: false);
        double[] counted = [.. row];
        double[] sorted = [.. row];
        var scratch = new RankedScratch(row.Length);
        sampling.Apply(counted, first, Key, scratch);
        sampling.ApplySorted(sorted, first, Key);

        // Zeros of either sign are equal here: whether one is kept means nothing.
        Assert.Equal(sorted, counted);
    }

    // Spread, with many zeros, on a coarse grid, all alike, over many octaves, with outliers, and with what is no number.
    private static double Value(int kind, Random random) => kind switch
    {
        0 => random.NextDouble() - 0.5,
        1 => random.Next(3) == 0 ? random.NextDouble() - 0.5 : 0,
        2 => random.Next(-3, 4) / 8.0,
        3 => 0.25,
        4 => Math.ScaleB(random.NextDouble() + 1, random.Next(-1080, 1000)),
        5 => random.Next(100) == 0 ? 1e6 * random.NextDouble() : random.NextDouble(),
        _ => random.Next(10) switch
        {
            0 => double.NaN,
            1 => double.PositiveInfinity,
            2 => -0.0,
            _ => random.NextDouble(),
        },
    };

    private static double[] Prune(Checkpoint inputs, Checkpoint expected, RankedSampling sampling, TensorInfo tensor, string name, bool spansTensor)
    {
        double[] change = [.. TestModel.Values(inputs, name).Zip(TestModel.Values(inputs, tensor.Name), (left, right) => left - right)];
        double[] kept = TestModel.Values(inputs, $"keep/{name}");
        double[] probabilities = TestModel.Values(expected, $"keep_probability/{name}");
        int length = spansTensor ? change.Length : (int)new MergeTensor(name, tensor.Shape).RowLength;
        for (int start = 0; start < change.Length; start += length)
        {
            int[] order = RankedSampling.Order(change.AsSpan(start, length));
            for (int rank = 0; rank < length; rank++)
            {
                int index = start + order[rank];
                double probability = sampling.ProbabilityOf(rank, length);
                Assert.Equal(probabilities[index], probability, 1e-12);
                change[index] *= kept[index] / probability;
            }
        }

        return change;
    }

    private static double[] Sum(JsonElement parameters, double[] weights, double[][] pruned, MergeTensor tensor)
    {
        bool elects = parameters.TryGetProperty("consensus", out JsonElement consensus) && consensus.ValueKind == JsonValueKind.String;
        IMergeMethod method = MergeMethods.Find(elects ? "della" : "della_linear");
        MergeSetting[] settings =
        [
            new("normalize", parameters.GetProperty("normalize").GetBoolean() ? "true" : "false"),
            new("lambda", parameters.GetProperty("lambda").GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
            .. weights.Select((weight, index) => new MergeSetting("weight", weight.ToString("R", System.Globalization.CultureInfo.InvariantCulture), index)),
        ];
        var kernel = (StreamingKernel)method.CreateKernel(MergeArguments.Bind(method, weights.Length, settings, out IReadOnlyList<MergeException> errors));
        Assert.Empty(errors);
        int count = pruned[0].Length;
        double[] result = new double[count];
        kernel.Merge(new MergeBlock(tensor, 0, count, pruned.SelectMany(values => values).ToArray(), count, new PhiloxKey[weights.Length]), result);
        return result;
    }
}
