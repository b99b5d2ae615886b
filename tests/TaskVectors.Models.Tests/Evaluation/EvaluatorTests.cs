using System.Runtime.InteropServices;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Evaluation;

/// <summary>Evaluators against the outputs of the reference libraries. Losses may differ by 1e-4, about ten times what F32 does to them.</summary>
public sealed class EvaluatorTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private static readonly EvaluatorOptions OneThread = new() { Compute = new ComputeOptions { Threads = 1 }, BatchSize = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_are_given_the_classes_and_the_loss_of_the_reference()
    {
        GoldenCase golden = new("vit-rgb");
        var evaluator = new ImageClassificationEvaluator(Pictures(golden), options: OneThread);

        EvaluationResult result = evaluator.Evaluate(Checkpoint.Open(golden.ModelFolder));

        int[] expected = Best(golden.Tensors.Numbers("logits"), 5);
        Assert.Equal(expected, result.Predictions);
        Assert.Equal(expected.Count(label => label == 2) / 3.0, result["accuracy"].Value);
        Assert.Equal(golden.Tensors.Numbers("loss")[0], result["loss"].Value, Tolerance);
        Assert.InRange(result["loss"].Value, result["loss"].Interval.Low, result["loss"].Interval.High);
    }

    [Fact]
    public void A_frozen_head_does_what_the_same_head_does_inside_the_model()
    {
        GoldenCase golden = new("vit-rgb");
        Checkpoint model = Checkpoint.Open(golden.ModelFolder);
        var head = FrozenHead.Load(golden.ModelFolder);

        EvaluationResult own = new ImageClassificationEvaluator(Pictures(golden), options: OneThread).Evaluate(model);
        EvaluationResult frozen = new ImageClassificationEvaluator(Pictures(golden), head, OneThread).Evaluate(model);

        Assert.Equal((5, 32), (head.Classes, head.Width));
        Assert.Equal(own.Predictions, frozen.Predictions);
        Assert.Equal(own["loss"].Value, frozen["loss"].Value, 1e-6);
    }

    [Fact]
    public void Texts_of_a_batch_do_not_see_their_padding()
    {
        GoldenCase golden = new("bert-cls");
        int[] ids = golden.Tensors.Indices("plain/in/input_ids").Values.ToArray();
        int expected = Best(golden.Tensors.Numbers("plain/logits"), 3)[0];
        var examples = new TextExamples([ids, ids[..5], ids[..9]], [0, 1, 2]);
        Checkpoint model = Checkpoint.Open(golden.ModelFolder);

        EvaluationResult together = new TextClassificationEvaluator(examples, options: OneThread with { BatchSize = 3 }).Evaluate(model);
        EvaluationResult alone = new TextClassificationEvaluator(examples, options: OneThread with { BatchSize = 1 }).Evaluate(model);

        Assert.Equal(expected, together.Predictions[0]);
        Assert.Equal(alone.Predictions, together.Predictions);
        Assert.Equal(alone["loss"].Value, together["loss"].Value, 1e-6);
    }

    [Fact]
    public void A_text_is_nearest_to_the_prompt_that_says_the_same()
    {
        File.WriteAllLines(_folder["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad"]);
        Tokenizer tokenizer = Tokenizer.Load(_folder["vocab.txt"]);
        var prompts = PromptSet.Create([("one", ["red green"]), ("two", ["bad", "bad bad"]), ("three", ["blue good blue good"])]);
        var examples = TextExamples.From(["blue good blue good", "red green", "bad"], [2, 0, 1], tokenizer, 16);

        EvaluationResult result = new TextClassificationEvaluator(examples, prompts, tokenizer, OneThread)
            .Evaluate(Checkpoint.Open(new GoldenCase("minilm-embedding").ModelFolder));

        Assert.Equal([2, 0, 1], result.Predictions);
        Assert.Equal(1, result["accuracy"].Value);
        _ = Assert.Single(result.Metrics);
    }

    [Fact]
    public void Perplexity_is_that_of_the_reference()
    {
        GoldenCase golden = new("perplexity-stride");
        int[] ids = golden.Tensors.Indices("in/input_ids").Values.ToArray();
        var evaluator = new PerplexityEvaluator(ids, 24, 5, OneThread);

        EvaluationResult result = evaluator.Evaluate(Checkpoint.Open(golden.ModelFolder));

        double loss = -golden.Tensors.Numbers("logprobs.24_5").Where(value => !double.IsNaN(value)).Sum() / 100;
        Assert.Equal(loss, result["loss"].Value, Tolerance);
        Assert.Equal(Math.Exp(loss), result["perplexity"].Value, Tolerance * Math.Exp(loss));
        Assert.Equal(100, result["perplexity"].Count);
        Assert.InRange(result["perplexity"].Value, result["perplexity"].Interval.Low, result["perplexity"].Interval.High);
    }

    [Fact]
    public void The_answer_of_the_highest_probability_is_chosen()
    {
        GoldenCase golden = new("perplexity-stride");
        int[] ids = golden.Tensors.Indices("in/input_ids").Values.ToArray();
        int[] context = ids[..8];
        int[][] choices = [[ids[8]], [ids[9], ids[10]], [ids[11]]];
        Checkpoint checkpoint = Checkpoint.Open(golden.ModelFolder);
        using ComputeContext compute = new(OneThread.Compute);
        using Model model = ModelLoader.Load(checkpoint, compute);

        double[] scores = [.. choices.Select(choice => choice.Select((token, place) => LogProbability(model, [.. context, .. choice[..place]], token)).Sum())];
        int best = Array.IndexOf(scores, scores.Max());
        EvaluationResult right = new MultipleChoiceEvaluator([new ChoiceExample(context, choices, best)], OneThread).Evaluate(checkpoint);
        EvaluationResult wrong = new MultipleChoiceEvaluator([new ChoiceExample(context, choices, (best + 1) % 3)], OneThread).Evaluate(checkpoint);

        Assert.Equal([best], right.Predictions);
        Assert.Equal((1, 0), (right["accuracy"].Value, wrong["accuracy"].Value));
    }

    /// <summary>The same sums in another order of products: 1e-5.</summary>
    [Theory]
    [InlineData("gpt2-grads")]
    [InlineData("llama-gqa-untied")]
    [InlineData("mistral-sliding")]
    public void Answers_that_are_run_together_have_the_probabilities_that_they_have_alone(string name)
    {
        using ComputeContext compute = new(OneThread.Compute);
        using var model = (CausalLanguageModel)ModelLoader.Load(Checkpoint.Open(new GoldenCase(name).ModelFolder), compute);
        int[] context = [3, 14, 15, 9, 26, 5, 35, 8];
        int[][] choices = [[7], [9, 3, 2, 3], [8, 4], [6, 2, 6, 4, 3], [7]];
        double[] alone = [.. choices.Select(choice => Perplexity.OfTokens(model, [.. context, .. choice])[context.Length..].Sum(value => (double)value))];

        foreach (int batch in (int[])[1, 2, 64])
        {
            double[] together = MultipleChoiceEvaluator.Score(model, new ChoiceExample(context, choices, 0), batch);
            Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }

        Assert.Contains(
            "999", Assert.Throws<ModelException>(() => MultipleChoiceEvaluator.Score(model, new ChoiceExample(context, [[1], [999]], 0), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_that_make_no_sense_are_an_error()
    {
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new MultipleChoiceEvaluator([])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new MultipleChoiceEvaluator([new ChoiceExample([1], [[2]], 0)])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new MultipleChoiceEvaluator([new ChoiceExample([], [[2], [3]], 0)])).Kind);
        Assert.Equal("data.label", Assert.Throws<DataException>(() => new MultipleChoiceEvaluator([new ChoiceExample([1], [[2], [3]], 2)])).Kind);
    }

    [Fact]
    public async Task An_edit_that_was_never_written_measures_like_the_same_edit_on_disk()
    {
        GoldenCase golden = new("vit-rgb");
        Checkpoint model = Checkpoint.Open(golden.ModelFolder);
        Checkpoint other = Checkpoint.Open(Halve(model));
        Checkpoint edited = model + (0.3 * (other - model));
        _ = await edited.SaveAsync(_folder["edited"]);
        var evaluator = new ImageClassificationEvaluator(Pictures(golden), options: OneThread);

        EvaluationResult unsaved = evaluator.Evaluate(edited);
        EvaluationResult saved = evaluator.Evaluate(Checkpoint.Open(_folder["edited"]));

        Assert.Equal(saved["loss"].Value, unsaved["loss"].Value);
        Assert.NotEqual(evaluator.Evaluate(model)["loss"].Value, unsaved["loss"].Value);
    }

    [Fact]
    public void Results_are_the_same_for_every_batch_and_run()
    {
        GoldenCase golden = new("vit-rgb");
        Checkpoint model = Checkpoint.Open(golden.ModelFolder);
        EvaluationResult first = new ImageClassificationEvaluator(Pictures(golden), options: OneThread).Evaluate(model);
        EvaluationResult second = new ImageClassificationEvaluator(Pictures(golden), options: OneThread).Evaluate(model);

        Assert.Equal(first.Metrics, second.Metrics);
        Assert.Equal(first.Predictions, second.Predictions);
    }

    [Fact]
    public void A_label_that_the_head_lacks_is_an_error_that_names_the_example()
    {
        GoldenCase golden = new("vit-rgb");
        DataException error = Assert.Throws<DataException>(
            () => new ImageClassificationEvaluator(Pictures(golden, 0, 5, 1), options: OneThread).Evaluate(Checkpoint.Open(golden.ModelFolder)));

        Assert.Equal("data.label", error.Kind);
        Assert.Contains("label 5 of example 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("5 classes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_examples_are_an_error()
    {
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new TextExamples([], [])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new TextExamples([[]], [0])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => Pictures(new GoldenCase("vit-rgb")).Select([])).Kind);
        Assert.Equal("data.empty", Assert.Throws<DataException>(() => new PerplexityEvaluator([1])).Kind);
    }

    [Fact]
    public void Models_and_heads_of_another_kind_are_refused()
    {
        GoldenCase images = new("vit-rgb");
        Checkpoint vit = Checkpoint.Open(images.ModelFolder);
        Checkpoint encoder = Checkpoint.Open(new GoldenCase("minilm-embedding").ModelFolder);
        var texts = new TextExamples([[2, 3, 4]], [0]);

        Assert.Contains("does not classify texts", Message(new TextClassificationEvaluator(texts), vit), StringComparison.Ordinal);
        Assert.Contains("has no head", Message(new TextClassificationEvaluator(texts), encoder), StringComparison.Ordinal);
        Assert.Contains("does not classify images", Message(new ImageClassificationEvaluator(Pictures(images)), encoder), StringComparison.Ordinal);
        Assert.Contains("does not foresee text", Message(new PerplexityEvaluator([1, 2, 3]), vit), StringComparison.Ordinal);
        Assert.Contains(
            "takes vectors of 7 numbers", Message(new ImageClassificationEvaluator(Pictures(images), new FrozenHead(new float[14], null, 2)), vit), StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_that_are_not_finite_are_an_error()
    {
        GoldenCase golden = new("vit-rgb");
        var head = new FrozenHead([.. Enumerable.Repeat(float.NaN, 64)], null, 2);

        string message = Message(new ImageClassificationEvaluator(Pictures(golden, 0, 1, 0), head), Checkpoint.Open(golden.ModelFolder));

        Assert.Contains("not finite", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_the_head_that_is_asked_for_is_an_error_that_lists_its_weights()
    {
        string folder = new GoldenCase("vit-rgb").ModelFolder;
        DataException error = Assert.Throws<DataException>(() => FrozenHead.Load(folder, "mnist"));

        Assert.Equal("data.head", error.Kind);
        Assert.Contains("mnist.classifier.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("vit.embeddings", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "JSON object")]
    [InlineData("""{"a": "one"}""", "two classes")]
    [InlineData("""{"a": "one", "b": []}""", "'b' has no prompts")]
    [InlineData("""{"a": "one", "b": 2}""", "JSON object")]
    [InlineData("""{"a": """, "not valid JSON")]
    public void Prompts_that_make_no_sense_are_an_error(string json, string expected)
    {
        File.WriteAllText(_folder["prompts.json"], json);
        DataException error = Assert.Throws<DataException>(() => PromptSet.Read(_folder["prompts.json"]));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("prompts.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_are_tokens_already_are_read_from_json_lines()
    {
        File.WriteAllText(_folder["texts.jsonl"], """{"tokens": [2, 5, 3], "class": 1}""" + "\n" + """{"tokens": [2, 3], "class": 0}""" + "\n");
        TextExamples examples = TokenFile.Read(_folder["texts.jsonl"], "tokens", "class");

        Assert.Equal([1, 0], examples.Labels);
        Assert.Equal([2, 5, 3, 2, 3, 0], examples.Batch([0, 1]).InputIds!.Values.ToArray());
        foreach (string wrong in (string[])["""{"tokens": [2, -5], "class": 1}""", """{"tokens": "a", "class": 1}""", """{"tokens": [2], "class": "one"}""", """{"class": 1}"""])
        {
            File.WriteAllText(_folder["wrong.jsonl"], wrong);
            Assert.Contains("example 0", Assert.Throws<DataException>(() => TokenFile.Read(_folder["wrong.jsonl"], "tokens", "class")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_template_needs_a_place_for_the_name() =>
        Assert.Contains("'a photo'", Assert.Throws<DataException>(() => PromptSet.Create(["cat", "dog"], ["a photo"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Classes_are_matched_by_the_names_in_the_configuration()
    {
        File.WriteAllText(_folder["config.json"], """{"id2label": {"0": "dog", "1": "cat", "2": "bird"}, "image_size": 28, "num_channels": 1}""");
        ModelSettings settings = ModelSettings.Read(Checkpoint.Open(new GoldenCase("vit-rgb").ModelFolder), _folder["config.json"]);

        Assert.Equal([2, 1], settings.ClassesOf(["bird", "cat"]));
        Assert.Null(settings.ClassesOf(["bird", "horse"]));
        Assert.Equal([0, 1, 10, 2], settings.ClassesOf(["0", "1", "10", "2"]));
        Assert.Equal((28, 1), (settings.ImageSize, settings.Channels));
    }

    private static string Message(ModelEvaluator evaluator, Checkpoint checkpoint) => Assert.Throws<ModelException>(() => evaluator.Evaluate(checkpoint)).Message;

    private static ImageExamples Pictures(GoldenCase golden, params int[] labels)
    {
        double[] pixels = golden.Tensors.Numbers("in/pixel_values");
        int size = pixels.Length / 3;
        int[] classes = labels.Length > 0 ? labels : golden.Tensors.Indices("in/labels").Values.ToArray();
        return new ImageExamples(classes, 3, new ImageSize(16, 16), index => [.. pixels.Skip(index * size).Take(size).Select(value => (float)value)]);
    }

    private static int[] Best(double[] scores, int classes) => [.. scores.Chunk(classes).Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>log p of one token after others, from the scores of the last place.</summary>
    private static double LogProbability(Model model, int[] before, int token)
    {
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        Tensor logits = model.Run(new ModelInputs { InputIds = new IndexTensor(before, 1, before.Length) }).Logits!;
        double[] last = [.. logits.ToArray().TakeLast(logits.Size(-1)).Select(value => (double)value)];
        return last[token] - Math.Log(last.Sum(Math.Exp));
    }

    /// <summary>The same model with all weights halved, written into a folder.</summary>
    private string Halve(Checkpoint model)
    {
        using CheckpointValues values = CheckpointValues.Open(model);
        string folder = Directory.CreateDirectory(_folder["half"]).FullName;
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), values.Tensors.Select(tensor =>
        {
            float[] numbers = new float[tensor.Shape.ElementCount];
            values.Read(tensor.Name, numbers);
            float[] halves = [.. numbers.Select(number => number / 2)];
            return (tensor with { DType = DType.F32 }, (ReadOnlyMemory<byte>)MemoryMarshal.AsBytes(halves.AsSpan()).ToArray());
        }));
        return folder;
    }
}
