using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Models;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Tests.Data;
using TaskVectors.Models.Tests.Evaluation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Tests;

/// <summary>The numbers of evaluators are tested in the library; here, that the command finds models, data and heads, and refuses what makes no sense.</summary>
public sealed class EvalTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_model_is_measured_on_pictures_with_its_own_head()
    {
        Outcome json = await EvalAsync(Model, "--json", "--predictions");
        Outcome text = await EvalAsync(Model);

        Assert.Equal((0, 0), (json.Code, text.Code));
        JsonElement accuracy = json.Json.GetProperty("metrics")[0];
        int[] predictions = [.. json.Json.GetProperty("predictions").EnumerateArray().Select(item => item.GetInt32())];
        Assert.Equal("ViTForImageClassification", json.Json.GetProperty("architecture").GetString());
        Assert.Equal("accuracy", accuracy.GetProperty("name").GetString());
        Assert.Equal(predictions.Index().Count(pair => pair.Item == Label(pair.Index)) / 12.0, accuracy.GetProperty("value").GetDouble(), 1e-12);
        Assert.InRange(accuracy.GetProperty("value").GetDouble(), accuracy.GetProperty("low").GetDouble(), accuracy.GetProperty("high").GetDouble());
        Assert.Contains("95 % interval", text.Output, StringComparison.Ordinal);
        Assert.Contains("accuracy", text.Output, StringComparison.Ordinal);
        Assert.Contains("preprocessor_config.json", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_that_changes_nothing_measures_like_the_model()
    {
        Outcome model = await EvalAsync(Model, "--json", "--predictions", "--head", Model);
        Outcome edit = await EvalAsync("--edit", "a + 2*(b - a)", "-m", $"a={Model}", "-m", $"b={Model}", "--json", "--predictions", "--head", Model);

        Assert.Equal((0, 0), (model.Code, edit.Code));
        Assert.Equal(model.Json.GetProperty("metrics").GetRawText(), edit.Json.GetProperty("metrics").GetRawText());
        Assert.Equal(model.Json.GetProperty("predictions").GetRawText(), edit.Json.GetProperty("predictions").GetRawText());
        Assert.Equal("a + 2*(b - a)", edit.Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Texts_are_classified_by_prompts_and_by_templates()
    {
        string vocabulary = AddVocabulary();
        File.WriteAllText(_place.PathOf("texts.csv"), "text,label\nred,red\nbad,bad\ngood blue,good\n");
        File.WriteAllText(_place.PathOf("prompts.json"), """{"red": "red", "good": ["good blue"], "bad": "bad"}""");
        string[] line = ["eval", Golden("minilm-embedding"), "--task", "text-classification", "--data", _place.PathOf("texts.csv"), "--tokenizer", vocabulary, "--json", "--predictions"];

        Outcome prompts = await Taskvec.RunAsync([.. line, "--prompts", _place.PathOf("prompts.json")]);
        Outcome templates = await Taskvec.RunAsync([.. line, "--template", "{}", "--template", "{} {}"]);
        Outcome both = await Taskvec.RunAsync([.. line, "--template", "{}", "--prompts", _place.PathOf("prompts.json")]);

        Assert.Equal((0, 0, 2), (prompts.Code, templates.Code, both.Code));
        Assert.Equal("[0,2,1]", string.Concat(prompts.Json.GetProperty("predictions").GetRawText().Where(character => !char.IsWhiteSpace(character))));
        Assert.Equal(1, prompts.Json.GetProperty("metrics")[0].GetProperty("value").GetDouble());
        Assert.Equal(3, templates.Json.GetProperty("metrics")[0].GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_head_of_prompts_is_kept_where_another_model_encodes_them()
    {
        File.WriteAllText(_place.PathOf("texts.csv"), "text,label\nred green,red\nbad blue,bad\ngood blue red,good\nbad bad green,bad\nred,good\n");
        string model = Golden("minilm-embedding");
        string negated = Negate(model);
        string[] line = ["--task", "text-classification", "--data", _place.PathOf("texts.csv"), "--tokenizer", AddVocabulary(), "--template", "{}", "--json", "--predictions"];

        Outcome own = await Taskvec.RunAsync(["eval", model, .. line]);
        Outcome same = await Taskvec.RunAsync(["eval", model, .. line, "--prompt-model", model]);
        Outcome kept = await Taskvec.RunAsync(["eval", negated, .. line, "--prompt-model", model]);
        Outcome moved = await Taskvec.RunAsync(["eval", negated, .. line]);
        Outcome alone = await Taskvec.RunAsync("eval", model, "--task", "text-classification", "--data", _place.PathOf("texts.csv"), "--tokenizer", AddVocabulary(), "--prompt-model", model);

        Assert.Equal((0, 0, 0, 0, 2), (own.Code, same.Code, kept.Code, moved.Code, alone.Code));
        Assert.Equal(Predictions(own), Predictions(same));
        Assert.NotEqual(Predictions(kept), Predictions(moved));
    }

    [Fact]
    public async Task A_language_model_is_measured_by_its_perplexity()
    {
        File.WriteAllText(_place.PathOf("text.txt"), "red green blue good bad red green blue good bad");

        Outcome outcome = await Taskvec.RunAsync(
            "eval", Golden("gpt2-grads"), "--task", "perplexity", "--data", _place.PathOf("text.txt"), "--tokenizer", AddVocabulary(), "--window", "8", "--stride", "4", "--json");

        Assert.Equal(0, outcome.Code);
        JsonElement[] metrics = [.. outcome.Json.GetProperty("metrics").EnumerateArray()];
        Assert.Equal(["perplexity", "loss"], metrics.Select(metric => metric.GetProperty("name").GetString()));
        Assert.Equal(Math.Exp(metrics[1].GetProperty("value").GetDouble()), metrics[0].GetProperty("value").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Questions_are_answered_by_log_likelihood()
    {
        File.WriteAllText(_place.PathOf("questions.jsonl"), """{"context": "red green", "choices": ["blue", "good", "bad bad"], "label": 1}""" + "\n");
        File.WriteAllText(_place.PathOf("wrong.jsonl"), """{"context": "red green", "choices": ["blue", 2], "label": 1}""" + "\n");
        string[] line = ["eval", Golden("gpt2-grads"), "--task", "multiple-choice", "--tokenizer", AddVocabulary(), "--json", "--predictions", "--data"];

        Outcome outcome = await Taskvec.RunAsync([.. line, _place.PathOf("questions.jsonl")]);
        Outcome wrong = await Taskvec.RunAsync([.. line, _place.PathOf("wrong.jsonl")]);

        Assert.Equal((0, 3), (outcome.Code, wrong.Code));
        int prediction = outcome.Json.GetProperty("predictions")[0].GetInt32();
        Assert.Equal(prediction == 1 ? 1 : 0, outcome.Json.GetProperty("metrics")[0].GetProperty("value").GetDouble());
        Assert.Contains("question 0", wrong.SingleError.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_of_pictures_are_classified_zero_shot_by_the_names_of_the_folders()
    {
        string vocabulary = Directory.CreateDirectory(_place.PathOf("words")).FullName;
        Tokenizer tokenizer = ClipVocabulary.Write(vocabulary);
        foreach ((int label, string name) in ((string[])["blue", "cat", "red"]).Index())
        {
            for (int i = 0; i < 3; i++)
            {
                var random = new Random((3 * label) + i);
                int[] colour = [random.Next(200), random.Next(200), random.Next(200)];
                byte[] png = PngWriter.Write(20, 20, 8, 2, false, (_, _, channel) => colour[channel] + random.Next(56));
                _ = Directory.CreateDirectory(_place.PathOf($"photos/{name}"));
                File.WriteAllBytes(_place.PathOf($"photos/{name}/{i}.png"), png);
            }
        }

        Outcome outcome = await Taskvec.RunAsync(
            "eval", Golden("clip-eos"), "--task", "image-classification", "--data", _place.PathOf("photos"), "--tokenizer", vocabulary,
            "--template", "{}", "--template", "a {}", "--filter", "bicubic", "--json", "--predictions");

        Assert.Equal(0, outcome.Code);
        using ComputeContext context = new();
        using var clip = (ClipModel)ModelLoader.Load(Checkpoint.Open(Golden("clip-eos")), context);
        var photos = ImageFolderDataset.Open(_place.PathOf("photos"));
        var processor = new ImageProcessor { Resize = new ImageSize(16, 16), Filter = ResizeFilter.Bicubic, Mean = [0.5, 0.5, 0.5], StandardDeviation = [0.5, 0.5, 0.5] };
        double[][] heads = [.. photos.ClassNames.Select(name => Sum(Embed(name), Embed($"a {name}")))];
        int[] expected = [.. Enumerable.Range(0, 9).Select(index => Nearest(heads, Pixels(index)))];
        Assert.Equal(expected, Predictions(outcome));
        Assert.Equal(expected.Index().Count(pair => pair.Item == pair.Index / 3) / 9.0, outcome.Json.GetProperty("metrics")[0].GetProperty("value").GetDouble(), 1e-12);

        double[] Embed(string text)
        {
            using TensorScope scope = context.BeginScope();
            int[] ids = [.. tokenizer.Encode(text).Ids];
            return Array.ConvertAll(clip.EmbedTexts(new ModelInputs { InputIds = new IndexTensor(ids, 1, ids.Length) }).ToArray(), value => (double)value);
        }

        double[] Pixels(int index)
        {
            using TensorScope scope = context.BeginScope();
            return Array.ConvertAll(clip.EmbedImages(context.Create(processor.Process(photos.ImageOf(index)), 1, 3, 16, 16)).ToArray(), value => (double)value);
        }
    }

    [Fact]
    public async Task Texts_that_a_model_writes_are_scored_by_a_classifier()
    {
        File.WriteAllText(_place.PathOf("start.txt"), "red green\nblue\ngood bad\nbad\n");
        File.WriteAllText(_place.PathOf("classes.json"), """{"warm": "red", "cold": "blue"}""");
        string vocabulary = AddVocabulary(90);
        string samples = _place.PathOf("samples.jsonl");
        string[] line =
        [
            "eval", Golden("gpt2-grads"), "--task", "generation", "--tokenizer", vocabulary, "--data", _place.PathOf("start.txt"), "--max-tokens", "5",
            "--temperature", "1", "--seed", "5", "--json", "--predictions",
        ];
        string[] classifier = ["--classifier", Golden("bert-cls"), "--classifier-tokenizer", vocabulary];

        Outcome named = await Taskvec.RunAsync([.. line, .. classifier, "--class", "LABEL_1", "--samples", samples]);
        Outcome numbered = await Taskvec.RunAsync([.. line, .. classifier, "--class", "1", "--batch", "1"]);
        Outcome again = await Taskvec.RunAsync([.. line, .. classifier, "--class", "1", "--samples", samples]);
        Outcome edited = await Taskvec.RunAsync(
            [.. line, "--classifier-edit", "a + 0.5*(a - a)", "-m", $"a={Golden("bert-cls")}", "--classifier-tokenizer", vocabulary, "--class", "1"]);
        Outcome both = await Taskvec.RunAsync(
        [
            "eval", "--edit", "w + 2*(w - w)", "-m", $"w={Golden("gpt2-grads")}", .. line[2..], "--classifier-edit", "a", "-m", $"a={Golden("bert-cls")}",
            "--classifier-tokenizer", vocabulary, "--class", "1",
        ]);
        Outcome zeroShot = await Taskvec.RunAsync(
            [.. line, "--classifier", Golden("minilm-embedding"), "--classifier-tokenizer", vocabulary, "--prompts", _place.PathOf("classes.json"), "--class", "cold"]);

        Assert.Equal((0, 0, 2, 0, 0), (named.Code, numbered.Code, again.Code, edited.Code, zeroShot.Code));
        Assert.Equal(named.Output, edited.Output);
        Assert.Equal(named.Json.GetProperty("metrics").GetRawText(), both.Json.GetProperty("metrics").GetRawText());
        Assert.Equal(Predictions(named), Predictions(numbered));
        JsonElement[] kept = [.. File.ReadAllLines(samples).Select(text => JsonDocument.Parse(text).RootElement)];
        JsonElement metrics = named.Json.GetProperty("metrics");
        Assert.Equal(["red green", "blue", "good bad", "bad"], kept.Select(text => text.GetProperty("prompt").GetString()));
        Assert.Equal(Predictions(named), kept.Select(text => text.GetProperty("class").GetInt32()));
        Assert.Equal(kept.Count(text => text.GetProperty("class").GetInt32() == 1) / 4.0, metrics[0].GetProperty("value").GetDouble());
        Assert.Equal(kept.Average(text => text.GetProperty("probability").GetDouble()), metrics[1].GetProperty("value").GetDouble(), 1e-12);
        Assert.Equal(1, zeroShot.Json.GetProperty("metrics").GetArrayLength());
    }

    [Fact]
    public async Task Scoring_texts_needs_a_classifier_and_a_class()
    {
        File.WriteAllText(_place.PathOf("start.txt"), "red\n");
        string vocabulary = AddVocabulary(90);
        string[] line = ["eval", Golden("gpt2-grads"), "--task", "generation", "--tokenizer", vocabulary, "--data", _place.PathOf("start.txt")];
        string[] classifier = ["--classifier", Golden("bert-cls"), "--classifier-tokenizer", vocabulary];
        (string[] Line, string Said)[] cases =
        [
            ([.. line, "--class", "1"], "--classifier"),
            ([.. line, .. classifier], "LABEL_2"),
            ([.. line, .. classifier, "--class", "rude"], "LABEL_2"),
            ([.. line, .. classifier, "--class", "3"], "LABEL_2"),
            ([.. line, .. classifier, "--class", "1", "--template", "{}"], "--prompts"),
            (["eval", Model, "--task", "perplexity", "--data", "x", "--samples", "y"], "--samples"),
        ];
        foreach ((string[] arguments, string said) in cases)
        {
            Outcome outcome = await Taskvec.RunAsync(arguments);
            Assert.Equal(2, outcome.Code);
            Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_vocabulary_that_is_larger_than_the_embedding_is_bad_input()
    {
        File.WriteAllText(_place.PathOf("text.txt"), "red green blue");
        Outcome outcome = await Taskvec.RunAsync(
            "eval", Golden("gpt2-grads"), "--task", "perplexity", "--data", _place.PathOf("text.txt"), "--tokenizer", AddVocabulary(200), "--json");

        Assert.Equal((3, "tokenizer.vocabulary"), (outcome.Code, outcome.SingleError.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Parts_and_limits_take_fewer_examples()
    {
        Outcome part = await EvalAsync(Model, "--json", "--shares", "train=0.5,test=0.5", "--split", "test");
        Outcome few = await EvalAsync(Model, "--json", "--limit", "5", "--seed", "3");

        Assert.InRange(part.Json.GetProperty("metrics")[0].GetProperty("count").GetInt32(), 4, 8);
        Assert.Equal(5, few.Json.GetProperty("metrics")[0].GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Listed_examples_are_taken_in_place_of_a_part()
    {
        File.WriteAllText(_place.PathOf("indices.txt"), "7\n0\n11\n");
        Outcome all = await EvalAsync(Model, "--json", "--predictions");
        Outcome some = await EvalAsync(Model, "--json", "--predictions", "--indices", _place.PathOf("indices.txt"));
        Outcome both = await EvalAsync(Model, "--indices", _place.PathOf("indices.txt"), "--shares", "a=1,b=1", "--split", "a");

        int[] predictions = Predictions(all);
        Assert.Equal([predictions[7], predictions[0], predictions[11]], Predictions(some));
        Assert.Equal(2, both.Code);
    }

    [Fact]
    public async Task Pictures_are_prepared_as_the_options_say()
    {
        string config = _place.PathOf("preprocessor_config.json");
        File.WriteAllText(config, """{"size": {"height": 16, "width": 16}, "resample": 3, "do_center_crop": true, "crop_size": 16, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}""");
        string[] options = ["--resize", "16x16", "--filter", "bicubic", "--crop", "16", "--mean", "0.1,0.2,0.3", "--std", "0.4,0.5,0.6"];
        (string images, string labels) = AddPictures("large", 12, 5, 24);
        string[] line = ["eval", Model, "--task", "image-classification", "--data", images, "--labels", labels, "--json"];

        Outcome file = await Taskvec.RunAsync([.. line, "--processor", config]);
        Outcome given = await Taskvec.RunAsync([.. line, .. options]);
        Outcome exact = await Taskvec.RunAsync([.. line, .. options, "--keep-fractions"]);
        Outcome changed = await Taskvec.RunAsync([.. line, "--processor", config, "--resize", "none"]);

        Assert.Equal((0, 0, 0, 0), (file.Code, given.Code, exact.Code, changed.Code));
        Assert.Empty(given.Error);
        Assert.Equal(file.Output, given.Output);
        Assert.Equal(4, new[] { file, exact, changed, await Taskvec.RunAsync(line) }.Select(Loss).Distinct().Count());
    }

    [Theory]
    [InlineData("--resize", "0")]
    [InlineData("--resize", "2x3x4")]
    [InlineData("--crop", "wide")]
    [InlineData("--shortest-edge", "0")]
    [InlineData("--mean", "0.1,0.2")]
    [InlineData("--std", "0")]
    [InlineData("--filter", "blurred")]
    public async Task Ways_to_prepare_pictures_that_make_no_sense_are_mistakes_of_usage(string option, string value)
    {
        Outcome outcome = await EvalAsync(Model, option, value);

        Assert.Equal(2, outcome.Code);
        Assert.Contains(option, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_without_examples_and_labels_out_of_range_are_bad_input()
    {
        Outcome empty = await EvalAsync(Model, "--json", "--shares", "train=1,test=0.001", "--split", "test");
        (string images, string labels) = AddPictures("six", 12, 6);
        Outcome label = await Taskvec.RunAsync("eval", Model, "--task", "image-classification", "--data", images, "--labels", labels, "--json");

        Assert.Equal((3, "data.split"), (empty.Code, empty.SingleError.GetProperty("kind").GetString()));
        Assert.Equal((3, "data.label"), (label.Code, label.SingleError.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task An_unknown_architecture_is_answered_with_those_that_are_known()
    {
        Outcome outcome = await EvalAsync(_place.Base, "--json");

        Assert.Equal((3, "model.unknown-architecture"), (outcome.Code, outcome.SingleError.GetProperty("kind").GetString()));
        Assert.Contains("BertModel", outcome.SingleError.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_lines_that_make_no_sense_are_mistakes_of_usage()
    {
        (string[] Line, string Said)[] cases =
        [
            (["eval", Model, "--task", "image-classification"], "--data"),
            (["eval", Model, "--task", "colour", "--data", "x"], "image-classification"),
            (["eval", "--task", "perplexity", "--data", "x"], "MODEL"),
            (["eval", Model, "--edit", "a", "-m", $"a={Model}", "--task", "perplexity", "--data", "x"], "either"),
            (["eval", "--edit", "a", "--task", "perplexity", "--data", "x"], "go together"),
            (["eval", "--edit", "a - b", "-m", $"a={Model}", "-m", $"b={Model}", "--task", "perplexity", "--data", "x"], "task vector"),
        ];
        foreach ((string[] line, string said) in cases)
        {
            Outcome outcome = await Taskvec.RunAsync(line);
            Assert.Equal(2, outcome.Code);
            Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        }
    }

    private static string Model => Golden("vit-rgb");

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "models", name);

    private static int[] Predictions(Outcome outcome) => [.. outcome.Json.GetProperty("predictions").EnumerateArray().Select(item => item.GetInt32())];

    private static double Loss(Outcome outcome) => outcome.Json.GetProperty("metrics")[1].GetProperty("value").GetDouble();

    private static int Label(int example) => example % 5;

    private Task<Outcome> EvalAsync(params string[] arguments)
    {
        (string images, string labels) = AddPictures("five", 12, 5);
        return Taskvec.RunAsync(["eval", .. arguments, "--task", "image-classification", "--data", images, "--labels", labels]);
    }

    /// <summary>The model with the sign of what its attention adds turned, in a folder of its own.</summary>
    private string Negate(string model)
    {
        string folder = Directory.CreateDirectory(_place.PathOf("negated")).FullName;
        File.Copy(Path.Combine(model, "config.json"), Path.Combine(folder, "config.json"));
        using CheckpointValues values = CheckpointValues.Open(Checkpoint.Open(model));
        _ = _place.AddFile("negated/model.safetensors", [.. values.Tensors.Select(tensor =>
        {
            float[] numbers = new float[tensor.Shape.ElementCount];
            values.Read(tensor.Name, numbers);
            float sign = tensor.Name.Contains("attention.output.dense", StringComparison.Ordinal) ? -1 : 1;
            return (tensor.Name, Array.ConvertAll(numbers, number => sign * number), tensor.Shape);
        })]);
        return folder;
    }

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (first, second) => first + second)];

    /// <summary>The head of the largest cosine.</summary>
    private static int Nearest(double[][] heads, double[] vector)
    {
        double[] cosines = [.. heads.Select(head => head.Zip(vector, (left, right) => left * right).Sum() / Math.Sqrt(head.Sum(value => value * value)))];
        return Array.IndexOf(cosines, cosines.Max());
    }

    private string AddVocabulary(int count = 10)
    {
        File.WriteAllLines(
            _place.PathOf("vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad", .. Enumerable.Range(0, count - 10).Select(i => $"w{i}")]);
        return _place.PathOf("vocab.txt");
    }

    private (string Images, string Labels) AddPictures(string name, int count, int classes, int size = 16)
    {
        byte[] pixels = new byte[count * size * size * 3];
        new Random(1).NextBytes(pixels);
        return (
            IdxFile.Write(_place.PathOf($"{name}-images"), [count, size, size, 3], pixels),
            IdxFile.Write(_place.PathOf($"{name}-labels"), [count], [.. Enumerable.Range(0, count).Select(example => (byte)(example % classes))]));
    }
}
