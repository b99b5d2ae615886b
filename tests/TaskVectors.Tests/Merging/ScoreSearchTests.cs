using TaskVectors.Merging.Competition;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>The score of a rank and the largest score against a sort of all scores.</summary>
public class ScoreSearchTests
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
        var search = new ScoreSearch(competition, count, rank, Models);
        Observe(search, tensor, models);

        Assert.Equal(1, search.WholePasses);
        RequireSorted(search, competition, tensor, models, rank);
    }

    /// <summary>As of models so large that what a sample leaves open does not fit the list: what is listed of it chooses the next window.</summary>
    [Theory]
    [InlineData(500)]
    [InlineData(3000)]
    public void More_scores_than_may_be_listed_take_one_pass_more(int mostListed)
    {
        const int Count = 300_000;
        const int Rank = Count / 10;
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, Count))];
        var competition = new ParameterCompetition([new(0.01, 1), new(0, 0.9), new(0.1, 1.2)], PcbVariant.Raw);
        var tensor = new MergeTensor("x", new TensorShape(Count));
        var search = new ScoreSearch(competition, Count, Rank, Models, mostListed);
        Observe(search, tensor, models);
        Assert.InRange(search.WholePasses, 1, 5);
        RequireSorted(search, competition, tensor, models, Rank);
    }

    // All that is large lies where the sample does not look, or only there.
    [Theory]
    [InlineData(4, 1000)]
    [InlineData(0, 1000)]
    [InlineData(0, 20_000)]
    public void A_rank_outside_of_the_window_is_looked_for_beside_it(int place, int rank)
    {
        const int Count = 300_000;
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, Count).Select((value, index) => index / Block % 9 == place ? 9 * value : 0.01 * value).ToArray())];
        var competition = new ParameterCompetition([new(0, 20), new(0, 20), new(0, 20)], PcbVariant.Raw);
        var tensor = new MergeTensor("x", new TensorShape(Count));
        var search = new ScoreSearch(competition, Count, rank, Models);
        Observe(search, tensor, models);
        Assert.InRange(search.WholePasses, 2, 5);
        RequireSorted(search, competition, tensor, models, rank);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(150_000)]
    [InlineData(299_999)]
    public void Equal_scores_are_found_however_many_they_are(int rank)
    {
        const int Count = 300_000;
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, Count).Select(value => Math.Round(value) / 2).ToArray())];
        var competition = new ParameterCompetition([new(0, 1), new(0, 1), new(0, 1)], PcbVariant.Raw);
        var tensor = new MergeTensor("x", new TensorShape(Count));
        var search = new ScoreSearch(competition, Count, rank, Models, mostListed: 500);
        Observe(search, tensor, models);
        RequireSorted(search, competition, tensor, models, rank);
    }

    [Fact]
    public void The_search_ends_where_fewer_scores_are_numbers_than_are_looked_for()
    {
        const int Count = 100_000;
        double[][] models = [.. Enumerable.Range(1, Models).Select(seed => TestModel.Numbers(seed, Count).Select((value, index) => index % 3 == 0 ? double.NaN : value).ToArray())];
        var competition = new ParameterCompetition([new(0, 1), new(0, 1), new(0, 1)], PcbVariant.Raw);
        var search = new ScoreSearch(competition, Count, 90_000, Models);
        Observe(search, new MergeTensor("x", new TensorShape(Count)), models);
        Assert.Equal(double.PositiveInfinity, search.Threshold(0));
    }

    private static void RequireSorted(ScoreSearch search, ParameterCompetition competition, MergeTensor tensor, double[][] models, int rank)
    {
        int count = models[0].Length;
        var whole = new MergeBlock(tensor, 0, count, models.SelectMany(model => model).ToArray(), count, new PhiloxKey[Models]);
        double[] scores = new double[count];
        for (int task = 0; task < Models; task++)
        {
            competition.Score(whole, task, scores);
            double[] descending = [.. scores.OrderDescending()];
            Assert.Equal(descending[rank - 1], search.Threshold(task));
            Assert.Equal(descending[0], search.Largest(task));
        }
    }

    private static void Observe(ScoreSearch search, MergeTensor tensor, double[][] models)
    {
        while (search.NeedsPass)
        {
            for (int start = 0; start < models[0].Length; start += Chunk)
            {
                ChunkStatistic chunk = search.Begin();
                for (int first = start; first < Math.Min(start + Chunk, models[0].Length); first += Block)
                {
                    int count = Math.Min(Block, models[0].Length - first);
                    if (search.Wants(first))
                    {
                        double[] values = [.. models.SelectMany(model => model.AsSpan(first, count).ToArray())];
                        chunk.Observe(new MergeBlock(tensor, first, count, values, count, new PhiloxKey[Models]));
                    }
                }

                search.Add(chunk);
            }

            search.EndPass();
        }
    }
}
