using TaskVectors.Merging.Competition;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>The score of a rank and the largest score against a sort of all scores.</summary>
public class ScoreWindowTests
{
    private const int Models = 3;
    private const int Block = 1024;
    private const int Chunk = 64 * Block;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(700, 70)]
    [InlineData(16_000, 15_999)]
    [InlineData(200_001, 1)]
    [InlineData(200_001, 20_000)]
    [InlineData(200_001, 150_000)]
    [InlineData(200_001, 200_001)]
    public void The_score_of_a_rank_and_the_largest_are_those_of_a_sort(int count, int rank)
    {
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, count))];
        var competition = new ParameterCompetition([new(0.01, 1), new(0, 0.9), new(0.1, 1.2)], PcbVariant.Raw);
        var tensor = new MergeTensor("x", new TensorShape(count));
        var window = new ScoreWindow(competition, count, rank, Models);
        Observe(window, tensor, models);

        Assert.True(window.IsDecided);
        var whole = new MergeBlock(tensor, 0, count, models.SelectMany(model => model).ToArray(), count, new PhiloxKey[Models]);
        double[] scores = new double[count];
        for (int task = 0; task < Models; task++)
        {
            competition.Score(whole, task, scores);
            double[] descending = [.. scores.OrderDescending()];
            Assert.Equal(descending[rank - 1], window.Threshold(task));
            Assert.Equal(descending[0], window.Largest(task));
        }
    }

    // All that is large lies where the sample does not look.
    [Fact]
    public void A_rank_outside_of_the_window_is_left_to_others()
    {
        const int Count = 300_000;
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, Count).Select((value, index) => index / Block % 9 == 4 ? 9 * value : 0.01 * value).ToArray())];
        var competition = new ParameterCompetition([new(0, 20), new(0, 20), new(0, 20)], PcbVariant.Raw);
        var window = new ScoreWindow(competition, Count, Count / 100, Models);
        Observe(window, new MergeTensor("x", new TensorShape(Count)), models);
        Assert.False(window.IsDecided);
    }

    [Fact]
    public void Scores_of_a_window_are_found_as_one_by_one()
    {
        foreach (int length in new[] { 0, 1, 3, 4, 7, 64, 1001 })
        {
            double[] scores = TestModel.Numbers(length, length);
            double[][] found = [new double[length], new double[length]];
            long[] above = [0, 0];
            double[] largest = [-5, -5];
            int wide = ScoreWindow.Find(scores, -0.1, 0.4, found[0], ref above[0], ref largest[0]);
            int scalar = ScoreWindow.FindScalar(scores, -0.1, 0.4, 0, found[1], 0, ref above[1], ref largest[1]);
            Assert.Equal(scalar, wide);
            Assert.Equal(found[1], found[0]);
            Assert.Equal(above[1], above[0]);
            Assert.Equal(largest[1], largest[0]);
        }
    }

    private static void Observe(ScoreWindow window, MergeTensor tensor, double[][] models)
    {
        while (window.NeedsPass)
        {
            for (int start = 0; start < models[0].Length; start += Chunk)
            {
                ChunkStatistic chunk = window.Begin();
                for (int first = start; first < Math.Min(start + Chunk, models[0].Length); first += Block)
                {
                    int count = Math.Min(Block, models[0].Length - first);
                    if (window.Wants(first))
                    {
                        double[] values = [.. models.SelectMany(model => model.AsSpan(first, count).ToArray())];
                        chunk.Observe(new MergeBlock(tensor, first, count, values, count, new PhiloxKey[Models]));
                    }
                }

                window.Add(chunk);
            }

            window.EndPass();
        }
    }
}
