using TaskVectors.Algebra;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Evaluation;

/// <summary>Heads of CLIP made from class names and templates, and what they choose, against the plain formula in F64 on what the model gives one by one.</summary>
public sealed class ClipZeroShotTests : IDisposable
{
    private static readonly string[] Names = ["red", "blue", "cat"];

    private static readonly string[] Templates = ["{}", "a {}", "my {} too"];

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    /// <summary>Embeddings of a batch and of single texts differ by roundings of F32.</summary>
    [Theory]
    [InlineData("clip-eos")]
    [InlineData("clip-legacy-eos2")]
    public void A_head_has_the_mean_of_its_prompts_embeddings_for_each_class(string name)
    {
        using ClipModel model = Load(name);
        Tokenizer tokenizer = ClipVocabulary.Write(_folder.Path);

        FrozenHead head = PromptSet.Create(Names, Templates).Encode(model, tokenizer);

        Assert.Equal((3, 24, true), (head.Classes, head.Width, head.IsCosine));
        double[] expected = [.. Names.SelectMany(className => Direction(model, tokenizer, className))];
        Closeness.Require(head.Weight, expected, 1e-6, name);
    }

    [Fact]
    public void A_picture_is_given_the_class_of_the_nearest_direction()
    {
        using ClipModel model = Load("clip-eos");
        Tokenizer tokenizer = ClipVocabulary.Write(_folder.Path);
        float[][] pictures = [.. Enumerable.Range(0, 9).Select(Picture)];
        var examples = new ImageExamples([0, 1, 2, 0, 1, 2, 0, 1, 2], 3, new ImageSize(16, 16), index => pictures[index]);

        EvaluationResult result = new ImageClassificationEvaluator(examples, PromptSet.Create(Names, Templates), tokenizer, new EvaluatorOptions { BatchSize = 4 }).Evaluate(model);

        double[][] directions = [.. Names.Select(className => Direction(model, tokenizer, className))];
        int[] expected = [.. pictures.Select(picture => Nearest(Embed(model, picture), directions))];
        Assert.Equal(expected, result.Predictions);
        Assert.Equal(expected.Zip(examples.Labels).Count(pair => pair.First == pair.Second) / 9.0, result["accuracy"].Value);
        Assert.True(expected.Distinct().Count() > 1, "All pictures are of one class, which shows little.");
    }

    private static int Nearest(double[] embedding, double[][] directions)
    {
        double[] cosines = [.. directions.Select(direction => direction.Zip(embedding, (left, right) => left * right).Sum())];
        return Array.IndexOf(cosines, cosines.Max());
    }

    /// <summary>Noise around a colour of its own.</summary>
    private static float[] Picture(int seed)
    {
        var random = new Random(seed);
        double[] colour = [random.NextDouble() * 4, random.NextDouble() * 4, random.NextDouble() * 4];
        return [.. Enumerable.Range(0, 3 * 16 * 16).Select(i => (float)(colour[i / 256] - 2 + random.NextDouble()))];
    }

    private static double[] Unit(double[] vector)
    {
        double length = Math.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private double[] Direction(ClipModel model, Tokenizer tokenizer, string className)
    {
        double[][] prompts = [.. Templates.Select(template => Embed(model, tokenizer, template.Replace("{}", className, StringComparison.Ordinal)))];
        return Unit([.. Enumerable.Range(0, prompts[0].Length).Select(i => prompts.Average(prompt => prompt[i]))]);
    }

    private double[] Embed(ClipModel model, Tokenizer tokenizer, string text)
    {
        int[] ids = [.. tokenizer.Encode(text).Ids];
        return Embed(model, new ModelInputs { InputIds = new IndexTensor(ids, 1, ids.Length) }, "text/projected");
    }

    private double[] Embed(ClipModel model, float[] picture) => Embed(model, new ModelInputs { PixelValues = _context.Create(picture, 1, 3, 16, 16) }, "vision/projected");

    private double[] Embed(ClipModel model, ModelInputs inputs, string output)
    {
        using IDisposable inference = _context.BeginInference();
        using TensorScope scope = _context.BeginScope();
        return Unit(Array.ConvertAll(model.Run(inputs)[output].ToArray(), value => (double)value));
    }

    private ClipModel Load(string name) => (ClipModel)ModelLoader.Load(Checkpoint.Open(new GoldenCase(name).ModelFolder), _context);
}
