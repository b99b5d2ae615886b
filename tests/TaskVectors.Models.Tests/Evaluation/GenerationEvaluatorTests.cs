using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Evaluation;

/// <summary>Texts that a model writes, judged by a classifier.</summary>
public sealed class GenerationEvaluatorTests : IDisposable
{
    private const int Length = 20;

    private static readonly string[] Prompts = ["red green", "blue", "good bad w1", "w2 w3", "red", "red"];

    private static readonly GenerationOptions Warm = new() { MaximumNewTokens = 6, Sampling = new SamplingOptions { Temperature = 1.5, Seed = 3 } };

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });
    private readonly Tokenizer _tokenizer;

    public GenerationEvaluatorTests()
    {
        File.WriteAllLines(_folder["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad", .. Enumerable.Range(0, 80).Select(i => $"w{i}")]);
        _tokenizer = Tokenizer.Load(_folder["vocab.txt"]);
    }

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    /// <summary>One text at a time, softmax in F64. Scores of a batch may differ in their last digits: 1e-6.</summary>
    [Fact]
    public void A_classifier_gives_each_text_the_probabilities_that_its_scores_alone_have()
    {
        using TextClassifier classifier = Classifier();
        string[] texts = ["red green blue good", "bad", "w1 w2 w3"];

        IReadOnlyList<ClassifiedText> found = classifier.Classify(texts);

        using Model model = Load("bert-cls");
        for (int i = 0; i < texts.Length; i++)
        {
            int[] ids = [.. _tokenizer.Encode(texts[i]).Ids];
            using IDisposable inference = _context.BeginInference();
            using TensorScope scope = _context.BeginScope();
            double[] scores = [.. model.Run(new ModelInputs { InputIds = new IndexTensor(ids, 1, ids.Length) }).Logits!.ToArray().Select(score => (double)score)];
            double sum = scores.Sum(Math.Exp);
            Assert.All(scores.Zip(found[i].Probabilities), pair => Assert.Equal(Math.Exp(pair.First) / sum, pair.Second, 1e-6));
            Assert.Equal(Array.IndexOf(scores, scores.Max()), found[i].Class);
        }

        Assert.Empty(classifier.Classify([]));
    }

    [Fact]
    public void The_share_and_the_mean_probability_of_a_class_are_those_of_the_texts_written()
    {
        using Model writer = Load("gpt2-grads");
        using GenerationEvaluator evaluator = new(Prompts, _tokenizer, Warm, Classifier(), 1, options: new EvaluatorOptions { BatchSize = 4 });

        EvaluationResult result = evaluator.Evaluate(writer);

        string[] texts = [.. new TextCompleter(writer, _tokenizer, Warm).Complete(Prompts).Select(text => text.Text)];
        using TextClassifier classifier = Classifier();
        IReadOnlyList<ClassifiedText> found = classifier.Classify(texts);
        Assert.Equal(texts, result.Texts.Select(text => text.Text));
        Assert.Equal(Prompts, result.Texts.Select(text => text.Prompt));
        Assert.Equal(found.Select(text => text.Class), result.Predictions);
        Assert.Equal(found.Count(text => text.Class == 1) / 6.0, result["fraction"].Value);
        Assert.Equal(found.Average(text => text.Probabilities[1]), result["probability"].Value, 1e-6);
        Assert.InRange(result["probability"].Value, result["probability"].Interval.Low, result["probability"].Interval.High);
        Assert.NotEqual(texts[4], texts[5]);
    }

    [Fact]
    public void The_prompt_counts_where_the_classifier_sees_it_and_cosines_have_no_probability()
    {
        using Model writer = Load("gpt2-grads");
        using GenerationEvaluator plain = new(Prompts, _tokenizer, Warm, Classifier(), 0);
        using GenerationEvaluator prompted = new(Prompts, _tokenizer, Warm, Classifier(), 0, withPrompts: true);
        Model encoder = Load("minilm-embedding");
        FrozenHead head = PromptSet.Create([("one", ["red"]), ("two", ["w1 w2"])]).Encode(encoder, _tokenizer);
        using GenerationEvaluator cosine = new(Prompts, _tokenizer, Warm, new TextClassifier(encoder, _tokenizer, Length, head), 0);

        Assert.NotEqual(plain.Evaluate(writer)["probability"].Value, prompted.Evaluate(writer)["probability"].Value);
        Assert.Equal(["fraction"], cosine.Evaluate(writer).Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void Classes_out_of_range_and_no_prompts_are_errors()
    {
        using Model writer = Load("gpt2-grads");
        using GenerationEvaluator evaluator = new(Prompts, _tokenizer, Warm, Classifier(), 3);
        using TextClassifier classifier = Classifier();

        Assert.Contains("3 classes", Assert.Throws<DataException>(() => evaluator.Evaluate(writer)).Message, StringComparison.Ordinal);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new GenerationEvaluator([], _tokenizer, Warm, classifier, 0)).Kind);
        Assert.Contains("does not write", Assert.Throws<ModelException>(() => evaluator.Evaluate(Load("bert-cls"))).Message, StringComparison.Ordinal);
    }

    private TextClassifier Classifier() => new(Load("bert-cls"), _tokenizer, Length);

    private Model Load(string name) => ModelLoader.Load(Checkpoint.Open(new GoldenCase(name).ModelFolder), _context);
}
