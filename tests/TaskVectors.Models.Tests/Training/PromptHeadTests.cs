using TaskVectors.Algebra;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Models.Training;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Heads of prompts against the same sums in F64 over embeddings taken one at a time; F32 embeddings of other batches leave about 1e-6.</summary>
public sealed class PromptHeadTests : IDisposable
{
    private const double Scale = 30;
    private const double Tolerance = 2e-5;

    private static readonly (string ClassName, IReadOnlyList<string> Prompts)[] Prompts = [("good", ["good", "good blue"]), ("bad", ["bad red bad", "red", "bad"])];

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 2 });
    private readonly Tokenizer _tokenizer;

    public PromptHeadTests()
    {
        File.WriteAllLines(_folder["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad"]);
        File.WriteAllText(_folder["texts.csv"], "text,label\ngood,good\nbad,bad\nred green blue,bad\nblue,good\ngreen good,good\n");
        _tokenizer = Tokenizer.Load(_folder["vocab.txt"]);
    }

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("minilm-embedding")]
    [InlineData("clip-legacy-eos2")]
    public void Directions_are_means_of_prompts_of_length_one_times_the_scale_and_biases_centre_the_mean_scores(string name)
    {
        using Model model = ModelLoader.Load(Checkpoint.Open(GoldenPath.Of("models", name)), _context);
        TextTrainingData examples = new(TextDataset.Open(_folder["texts.csv"]), _tokenizer, 12);
        int[] sample = [0, 2, 3];

        FrozenHead head = PromptHead.Create(model, _tokenizer, PromptSet.Create(Prompts), examples, sample, Scale);
        FrozenHead plain = PromptHead.Create(model, _tokenizer, PromptSet.Create(Prompts));

        double[][] directions = [.. Prompts.Select(prompt => Direction(model, prompt.Prompts))];
        string[] texts = ["good", "red green blue", "blue"];
        double[] means = [.. directions.Select(direction => Scale * texts.Average(text => Dot(direction, Embedding(model, text))))];
        Closeness.Require(head.Weight, [.. directions.SelectMany(direction => direction.Select(value => Scale * value))], Tolerance, "weights");
        Closeness.Require(head.Bias, [.. means.Select(mean => means.Average() - mean)], Tolerance, "biases", leastScale: 1);
        Assert.Equal(head.Weight, plain.Weight);
        Assert.All(plain.Bias, value => Assert.Equal(0, value));
        Assert.False(head.IsCosine);
    }

    [Fact]
    public void An_encoder_learns_under_a_head_of_prompts_which_stays_as_it_is()
    {
        string source = GoldenPath.Of("models", "minilm-embedding");
        using Model model = ModelLoader.Load(Checkpoint.Open(source), _context);
        TextTrainingData examples = new(TextDataset.Open(_folder["texts.csv"], new TextDatasetOptions { ClassNames = ["good", "bad"] }), _tokenizer, 12);
        FrozenHead head = PromptHead.Create(model, _tokenizer, PromptSet.Create(Prompts), examples);
        float[] before = [.. head.Weight, .. head.Bias];

        TrainingResult result = Trainer.Train(
            model, source, examples, _folder["out"], new TrainingOptions { Steps = 30, BatchSize = 5, LearningRate = 2e-3, Head = head });

        Assert.True(result.Losses[^1] < result.Losses[0] / 4, $"{result.Losses[0]} became {result.Losses[^1]}");
        Assert.True(before.AsSpan().SequenceEqual((float[])[.. head.Weight, .. head.Bias]));
        using Model reloaded = ModelLoader.Load(Checkpoint.Open(_folder["out"]), _context);
        EvaluationResult measured = new TextClassificationEvaluator(
            TextExamples.From(TextDataset.Open(_folder["texts.csv"], new TextDatasetOptions { ClassNames = ["good", "bad"] }), _tokenizer, 12), head).Evaluate(reloaded);
        Assert.Equal(1, measured["accuracy"].Value);
    }

    [Fact]
    public void CLIP_learns_pictures_under_a_head_of_prompts()
    {
        string source = GoldenPath.Of("models", "clip-legacy-eos2");
        using Model model = ModelLoader.Load(Checkpoint.Open(source), _context);
        HalfPictures pictures = new();
        FrozenHead head = PromptHead.Create(model, _tokenizer, PromptSet.Create(Prompts), pictures);

        Assert.NotEqual(head.Weight[..(head.Weight.Length / 2)], head.Weight[(head.Weight.Length / 2)..]);
        TrainingResult result = Trainer.Train(
            model, source, pictures, _folder["out"], new TrainingOptions { Steps = 40, BatchSize = 8, LearningRate = 2e-3, Head = head, Trained = new TensorFilter(["vision_model"], []) });

        Assert.True(result.Losses[^1] < result.Losses[0] / 4, $"{result.Losses[0]} became {result.Losses[^1]}");
    }

    [Fact]
    public void Heads_that_do_not_fit_and_labels_beyond_them_are_refused()
    {
        string source = GoldenPath.Of("models", "minilm-embedding");
        using Model model = ModelLoader.Load(Checkpoint.Open(source), _context);
        TextTrainingData examples = new(TextDataset.Open(_folder["texts.csv"]), _tokenizer, 12);

        TrainingException width = Train(new FrozenHead(new float[2 * 31], null, 2));
        TrainingException label = Train(new FrozenHead(new float[32], null, 1));
        TrainingException cosine = Train(new FrozenHead(new float[2 * 32], null, 2, isCosine: true));

        Assert.Contains("takes vectors of 31 numbers", width.Message, StringComparison.Ordinal);
        Assert.Equal("training.label", label.Kind);
        Assert.Contains("cosines", cosine.Message, StringComparison.Ordinal);

        TrainingException Train(FrozenHead head) => Assert.Throws<TrainingException>(() => Trainer.Train(
            model, source, examples, _folder[Guid.NewGuid().ToString("N")], new TrainingOptions { Steps = 1, LearningRate = 1, Head = head }));
    }

    private double[] Direction(Model model, IReadOnlyList<string> prompts)
    {
        double[][] embeddings = [.. prompts.Select(prompt => Embedding(model, prompt))];
        double[] mean = [.. Enumerable.Range(0, embeddings[0].Length).Select(i => embeddings.Average(embedding => embedding[i]))];
        double length = Math.Sqrt(Dot(mean, mean));
        return [.. mean.Select(value => value / length)];
    }

    private double[] Embedding(Model model, string text)
    {
        using IDisposable inference = _context.BeginInference();
        using TensorScope scope = _context.BeginScope();
        int[] ids = [.. _tokenizer.Encode(text).Ids];
        ModelInputs inputs = new() { InputIds = new IndexTensor(ids, 1, ids.Length) };
        Tensor embedding = model is BertModel bert ? bert.EmbedSentences(inputs) : ((ClipModel)model).EmbedTexts(inputs);
        return Array.ConvertAll(embedding.ToArray(), value => (double)value);
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    /// <summary>Noise in colour with a bright upper or lower half, by class.</summary>
    private sealed class HalfPictures : ITrainingData
    {
        private const int Size = 16;

        public int Count => 16;

        public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
        {
            const int Values = 3 * Size * Size;
            Tensor pixels = context.Zeros(indices.Length, 3, Size, Size);
            int[] labels = new int[indices.Length];
            for (int i = 0; i < indices.Length; i++)
            {
                labels[i] = indices[i] % 2;
                Random noise = new(indices[i]);
                for (int place = 0; place < Values; place++)
                {
                    bool isBright = place / Size % Size / (Size / 2) == labels[i];
                    pixels.Values[(i * Values) + place] = (float)noise.NextDouble() + (isBright ? 1 : 0);
                }
            }

            return new ModelInputs { PixelValues = pixels, Labels = new IndexTensor(labels, labels.Length) };
        }
    }
}
