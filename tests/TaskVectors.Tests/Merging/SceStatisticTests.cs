using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sharing;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>The cut and the weights of SCE against a sort of all variances.</summary>
public class SceStatisticTests
{
    private const int Models = 3;
    private const int Block = 1024;
    private const int Chunk = 64 * Block;

    // Sums of squares in another order differ by rounding alone.
    private const double Tolerance = 1e-12;

    public static TheoryData<string, int, double> Cases
    {
        get
        {
            var data = new TheoryData<string, int, double>();
            foreach (string kind in new[] { "smooth", "grid", "sparse", "alike", "clustered", "few" })
            {
                foreach (int count in new[] { 1, 700, 17_000, 300_001 })
                {
                    foreach (double fraction in new[] { 0, 0.001, 0.2, 0.9 })
                    {
                        data.Add(kind, count, fraction);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exactly_the_largest_variances_are_kept_and_weighed(string kind, int count, double fraction)
    {
        double[][] models = [.. Enumerable.Range(0, Models).Select(model => Numbers(kind, model, count))];
        var tensor = new MergeTensor("x", new TensorShape(count));
        var statistic = new SceStatistic(tensor, Models, fraction, isAlikeWhereSmall: false);
        int passes = Observe(statistic, tensor, models);

        double[] variances = new double[count];
        double[] together = [.. models.SelectMany(model => model)];
        long varying = Variances.Find(new MergeBlock(tensor, 0, count, together, count, new PhiloxKey[Models]), variances);
        int selected = (int)(varying * fraction);
        int[] expected = [.. Enumerable.Range(0, count).OrderByDescending(index => variances[index]).ThenBy(index => index).Take(selected).Order()];
        Assert.Equal(expected, Enumerable.Range(0, count).Where(index => statistic.Cut.Contains(variances[index], index)));

        double[] energies = [.. models.Select(model => expected.Sum(index => model[index] * model[index]))];
        double sum = energies.Sum();
        for (int model = 0; model < Models; model++)
        {
            double weight = sum == 0 ? 1.0 / Models : energies[model] / sum;
            Assert.InRange(statistic.Weights[model], weight - Tolerance, weight + Tolerance);
        }

        // A sample and a pass, or a pass alone, where nothing misleads.
        Assert.True(kind != "smooth" || passes <= 2, $"{passes} passes");
    }

    private static int Observe(SceStatistic statistic, MergeTensor tensor, double[][] models)
    {
        int passes = 0;
        for (; statistic.NeedsPass; passes++)
        {
            for (int start = 0; start < models[0].Length; start += Chunk)
            {
                ChunkStatistic chunk = statistic.Begin();
                for (int first = start; first < Math.Min(start + Chunk, models[0].Length); first += Block)
                {
                    int count = Math.Min(Block, models[0].Length - first);
                    if (statistic.Wants(first))
                    {
                        double[] values = [.. models.SelectMany(model => model.AsSpan(first, count).ToArray())];
                        chunk.Observe(new MergeBlock(tensor, first, count, values, count, new PhiloxKey[Models]));
                    }
                }

                statistic.Add(chunk);
            }

            statistic.EndPass();
        }

        return passes;
    }

    private static double[] Numbers(string kind, int model, int count)
    {
        double[] numbers = TestModel.Numbers(model + 1, count);
        return kind switch
        {
            "grid" => [.. numbers.Select(number => Math.Round(number * 2) / 2)],
            "sparse" => [.. numbers.Select((number, index) => index % 50 == 7 ? number : 0)],
            "alike" => [.. TestModel.Numbers(9, count)],

            // Large where no sample looks.
            "clustered" => [.. numbers.Select((number, index) => index / Block % 9 == 4 ? 50 * number : number)],
            "few" => [.. numbers.Select((number, index) => index == count / 2 ? number : 0)],
            _ => numbers,
        };
    }
}
