using System.Text.Json;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>Training from the command line on small random models: it learns, what it writes can be measured, and what makes no sense is refused.</summary>
public sealed class TrainTests : IDisposable
{
    /// <summary>The same examples in batches of another order and size: sums in F32 differ in their last bits.</summary>
    private const double Tolerance = 1e-5;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_classifier_of_pictures_learns_and_is_measured_as_eval_measures_it()
    {
        (string images, string labels) = AddPictures();
        string file = Write($$"""
            task: image-classification
            model: {{Golden("vit-grey-noqkvbias")}}
            data: {path: {{images}}, labels: {{labels}}}
            validation: {path: {{images}}, labels: {{labels}}, limit: 30}
            steps: 40
            batch_size: 8
            learning_rate: 2e-3
            warmup_steps: 2
            evaluate_every: 20
            seed: 7
            """);
        string[] evaluation = ["--task", "image-classification", "--data", images, "--labels", labels, "--limit", "30", "--seed", "7", "--json"];
        Outcome before = await Taskvec.RunAsync(["eval", Golden("vit-grey-noqkvbias"), .. evaluation]);

        Outcome outcome = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"), "--json");

        Assert.True(outcome.Code == 0, outcome.Error + outcome.Output);
        JsonElement result = outcome.Json;
        Assert.Equal("checkpoint", result.GetProperty("kind").GetString());
        Assert.Equal((40, 0, 40), (result.GetProperty("steps").GetInt32(), result.GetProperty("resumedAt").GetInt32(), result.GetProperty("writtenStep").GetInt32()));
        double[] losses = LossesOf("out");
        Assert.Equal(40, losses.Length);
        Assert.True(losses[^1] < losses[0] / 2, $"{losses[0]} became {losses[^1]}");
        double accuracy = MetricOf(result.GetProperty("validation"), "accuracy");
        Assert.True(accuracy > MetricOf(before.Json.GetProperty("metrics"), "accuracy") + 0.3, $"{accuracy}");
        Outcome after = await Taskvec.RunAsync(["eval", _place.PathOf("out"), .. evaluation]);
        Assert.Equal(accuracy, MetricOf(after.Json.GetProperty("metrics"), "accuracy"));
        Assert.Equal(MetricOf(after.Json.GetProperty("metrics"), "loss"), MetricOf(result.GetProperty("validation"), "loss"), Tolerance);
        Assert.Contains("step 20 of 40", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("held out: accuracy", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(_place.PathOf("out/training/configuration.yml")));
        using var manifest = JsonDocument.Parse(File.ReadAllText(_place.PathOf("out/taskvec.manifest.json")));
        JsonElement root = manifest.RootElement;
        Assert.Equal(("training", 7, accuracy), (root.GetProperty("kind").GetString(), root.GetProperty("options").GetProperty("seed").GetInt32(), root.GetProperty("metrics").GetProperty("accuracy").GetDouble()));
        Assert.Equal([Golden("vit-grey-noqkvbias"), images, labels], root.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("path").GetString()));
        Assert.All(root.GetProperty("inputs").EnumerateArray().Skip(1), input => Assert.StartsWith("xxh128:", input.GetProperty("hash").GetString(), StringComparison.Ordinal));
        Assert.Equal(0, (await Taskvec.RunAsync("verify", _place.PathOf("out"))).Code);
        Assert.Equal(3, (await Taskvec.RunAsync("replay", _place.PathOf("out"), "-o", _place.PathOf("again"))).Code);
        File.AppendAllText(_place.PathOf("out/training/configuration.yml"), "# changed");
        Outcome changed = await Taskvec.RunAsync("verify", _place.PathOf("out"));
        Assert.Equal(1, changed.Code);
        Assert.Contains("training/configuration.yml: the content differs", changed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_trained_under_a_frozen_head_is_measured_as_base_and_adapter()
    {
        string head = AddHead();
        string texts = AddTexts();
        string vocabulary = AddVocabulary();
        string model = Golden("minilm-embedding");
        string file = Write($$"""
            task: text-classification
            model: {{model}}
            tokenizer: {{vocabulary}}
            data: {path: {{texts}}}
            validation: {path: {{texts}}}
            head: {file: {{head}}}
            lora: {rank: 4, alpha: 8, targets: ['encoder.layer.*.dense.weight', '*.query.weight']}
            steps: 30
            batch_size: 6
            learning_rate: 2e-2
            """);

        Outcome outcome = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("adapter"), "--json", "--quiet");

        Assert.True(outcome.Code == 0, outcome.Error + outcome.Output);
        Assert.Equal("adapter", outcome.Json.GetProperty("kind").GetString());
        Assert.Empty(outcome.Error);
        double[] losses = LossesOf("adapter");
        Assert.True(losses[^1] < losses[0] / 2, $"{losses[0]} became {losses[^1]}");
        Outcome both = await Taskvec.RunAsync(
            "eval", $"{model}+{_place.PathOf("adapter")}", "--task", "text-classification", "--data", texts, "--tokenizer", vocabulary, "--head", head, "--json");
        Assert.Equal(MetricOf(both.Json.GetProperty("metrics"), "loss"), MetricOf(outcome.Json.GetProperty("validation"), "loss"), Tolerance);
        Outcome kept = await Taskvec.RunAsync(
            "eval", $"{model}+{_place.PathOf("adapter")}", "--task", "text-classification", "--data", texts, "--tokenizer", vocabulary, "--head", _place.PathOf("adapter/training/head.safetensors"), "--json");
        Assert.Equal(both.Json.GetProperty("metrics").GetRawText(), kept.Json.GetProperty("metrics").GetRawText());
        Outcome inspected = await Taskvec.RunAsync("inspect", _place.PathOf("adapter"), "--json");
        Assert.Equal(0, inspected.Code);
        Assert.Equal(0, (await Taskvec.RunAsync("verify", _place.PathOf("adapter"))).Code);
    }

    [Fact]
    public async Task Prompts_make_the_head_and_data_sets_are_mixed()
    {
        string texts = AddTexts();
        string file = Write($$"""
            task: text-classification
            model: {{Golden("minilm-embedding")}}
            tokenizer: {{AddVocabulary()}}
            data:
              - {path: {{texts}}, weight: 3}
              - {path: {{texts}}, weight: 1, limit: 6}
            validation: {share: 0.25}
            head:
              prompts: {good: [good, good blue], bad: bad}
              scale: 20
            epochs: 10
            batch_size: 4
            learning_rate: 2e-3
            keep_best: true
            evaluate_every: 5
            """);

        Outcome first = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("first"));
        Outcome second = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("second"));
        Outcome other = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("other"), "--seed", "4");

        Assert.Equal((0, 0, 0), (first.Code, second.Code, other.Code));
        Assert.Equal(Bytes("first"), Bytes("second"));
        Assert.NotEqual(Bytes("first"), Bytes("other"));
        Assert.Contains("held-out accuracy", first.Output, StringComparison.Ordinal);
        Outcome measured = await Taskvec.RunAsync(
            "eval", _place.PathOf("first"), "--task", "text-classification", "--data", texts, "--tokenizer", AddVocabulary(), "--head", _place.PathOf("first/training/head.safetensors"), "--json");
        Assert.True(measured.Code == 0, measured.Output);
        Assert.True(MetricOf(measured.Json.GetProperty("metrics"), "accuracy") > 0.9);
        double[] losses = LossesOf("first");
        Assert.True(losses[^1] < losses[0], $"{losses[0]} became {losses[^1]}");
    }

    [Fact]
    public async Task A_language_model_learns_and_a_resumed_run_has_the_bytes_of_the_whole()
    {
        File.WriteAllText(_place.PathOf("text.txt"), string.Join(' ', Enumerable.Repeat("red green blue good bad", 40)));
        string file = Write($$"""
            task: language-model
            edit: a + 0*(b - a)
            models: {a: {{Golden("gpt2-grads")}}, b: {{Golden("gpt2-grads")}}}
            tokenizer: {{AddVocabulary()}}
            data: {path: text.txt}
            validation: {share: 0.25}
            max_length: 16
            steps: 24
            batch_size: 4
            learning_rate: 5e-3
            checkpoint_every: 10
            """);
        Outcome whole = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("whole"), "--json");
        Outcome parts = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("parts"), "--json");
        File.Delete(_place.PathOf("parts/model.safetensors"));

        Outcome refused = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("parts"), "--json");
        Outcome resumed = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("parts"), "--json", "--resume");

        Assert.Equal((0, 0, 3, 0), (whole.Code, parts.Code, refused.Code, resumed.Code));
        Assert.Equal("training.output", refused.SingleError.GetProperty("kind").GetString());
        Assert.Equal(20, resumed.Json.GetProperty("resumedAt").GetInt32());
        Assert.Equal(Bytes("whole"), Bytes("parts"));
        double loss = MetricOf(whole.Json.GetProperty("validation"), "loss");
        Assert.True(loss < LossesOf("whole")[0] / 2, $"{LossesOf("whole")[0]} became {loss}");
        Assert.Equal(Math.Exp(loss), MetricOf(whole.Json.GetProperty("validation"), "perplexity"), 1e-9);

        Outcome again = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("parts"), "--force", "--quiet");
        Assert.Equal(0, again.Code);
        Assert.Equal(Bytes("whole"), Bytes("parts"));
    }

    [Fact]
    public async Task A_cancelled_run_tells_how_to_go_on()
    {
        (string images, string labels) = AddPictures();
        string file = Write(Pictures(images, labels));
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        Outcome outcome = await Taskvec.RunAsync(source.Token, "train", file, "-o", _place.PathOf("out"), "--json");

        Assert.Equal(130, outcome.Code);
        Assert.Contains("--resume", outcome.SingleError.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_trained_and_writes_nothing()
    {
        (string images, string labels) = AddPictures();
        string file = Write(Pictures(images, labels) + "\ntrained: ['*.query.weight']\nvalidation: {share: 0.2}");

        Outcome json = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"), "--dry-run", "--json");
        Outcome text = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"), "--dry-run");

        Assert.Equal((0, 0), (json.Code, text.Code));
        Assert.True(json.Json.GetProperty("dryRun").GetBoolean());
        Assert.Equal((48, 12, 3), (json.Json.GetProperty("examples").GetInt32(), json.Json.GetProperty("heldOut").GetInt32(), json.Json.GetProperty("steps").GetInt32()));
        Assert.All(json.Json.GetProperty("parameters").EnumerateArray(), name => Assert.EndsWith(".query.weight", name.GetString(), StringComparison.Ordinal));
        Assert.Contains("48 examples, 12 held out", text.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.PathOf("out")));
    }

    [Fact]
    public async Task All_mistakes_come_at_once_with_their_places_before_anything_is_written()
    {
        string file = Write("""
            task: image-classification
            model: nowhere/
            data: {path: lost/}
            learning_rate: 1e-3
            step: 5
            """);

        Outcome json = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"), "--json");
        Outcome text = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"));

        Assert.Equal((3, 3), (json.Code, text.Code));
        string[] messages = [.. json.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("message").GetString()!)];
        Assert.Equal(3, messages.Length);
        Assert.Contains(messages, message => message.Contains(":5:1: The configuration has no key 'step'. Did you mean 'steps'?", StringComparison.Ordinal));
        Assert.Contains(messages, message => message.Contains(":2:8:", StringComparison.Ordinal));
        Assert.Contains("nothing has been written", text.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.PathOf("out")));
    }

    [Fact]
    public async Task A_loss_that_is_no_number_names_the_step()
    {
        (string images, string labels) = AddPictures();
        string file = Write(Pictures(images, labels).Replace("learning_rate: 2e-3", "learning_rate: 1e38\noptimizer: sgd\nclip_norm: null", StringComparison.Ordinal));

        Outcome outcome = await Taskvec.RunAsync("train", file, "-o", _place.PathOf("out"), "--json", "--quiet");

        Assert.Equal((3, "training.not-finite"), (outcome.Code, outcome.SingleError.GetProperty("kind").GetString()));
        Assert.Matches("at step [23] of 3", outcome.SingleError.GetProperty("message").GetString());
        Assert.False(File.Exists(_place.PathOf("out/model.safetensors")));
    }

    [Fact]
    public async Task Command_lines_that_make_no_sense_are_mistakes_of_usage()
    {
        string file = Write("task: x");
        (string[] Line, string Said)[] cases =
        [
            (["train", file], "--output"),
            (["train", "-o", "x"], "CONFIG.yml"),
            (["train", file, "-o", "x.safetensors"], "folder"),
            (["train", file, "-o", "x", "--force", "--resume"], "exclude"),
            (["train", file, "-o", "x", "--threads", "0"], "--threads"),
            (["train", file, "-o", "x", "--lr", "1"], "--lr"),
        ];
        foreach ((string[] line, string said) in cases)
        {
            Outcome outcome = await Taskvec.RunAsync(line);
            Assert.Equal(2, outcome.Code);
            Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal(4, (await Taskvec.RunAsync("train", _place.PathOf("lost.yml"), "-o", _place.PathOf("x"))).Code);
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "models", name);

    private static double MetricOf(JsonElement metrics, string name) =>
        metrics.EnumerateArray().Single(metric => metric.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();

    private static string Pictures(string images, string labels) => $$"""
        task: image-classification
        model: {{Golden("vit-grey-noqkvbias")}}
        data: {path: {{images}}, labels: {{labels}}}
        steps: 3
        batch_size: 8
        learning_rate: 2e-3
        """;

    private string Write(string yaml)
    {
        File.WriteAllText(_place.PathOf("run.yml"), yaml);
        return _place.PathOf("run.yml");
    }

    private byte[] Bytes(string output) => File.ReadAllBytes(_place.PathOf($"{output}/model.safetensors"));

    private double[] LossesOf(string output) =>
        [.. File.ReadLines(_place.PathOf($"{output}/training/log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble())];

    private string AddVocabulary()
    {
        File.WriteAllLines(_place.PathOf("vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad"]);
        return _place.PathOf("vocab.txt");
    }

    private string AddTexts()
    {
        string[] words = ["red", "green", "blue"];
        File.WriteAllLines(
            _place.PathOf("texts.csv"),
            ["text,label", .. Enumerable.Range(0, 24).Select(i => $"{words[i % 3]} {(i % 2 == 0 ? "good" : "bad")} {words[i / 2 % 3]},{(i % 2 == 0 ? "good" : "bad")}")]);
        return _place.PathOf("texts.csv");
    }

    private string AddHead()
    {
        Random random = new(1);
        return _place.AddFile("head.safetensors", [
            ("classifier.weight", [.. Enumerable.Range(0, 2 * 32).Select(_ => (float)((random.NextDouble() * 10) - 5))], new TensorShape(2, 32)),
            ("classifier.bias", [0.1f, -0.1f], new TensorShape(2))]);
    }

    /// <summary>Grey noise of 28 x 28 with a bright bar whose place is the class, four classes in turn.</summary>
    private (string Images, string Labels) AddPictures()
    {
        const int Count = 60;
        byte[] pixels = new byte[Count * 28 * 28];
        new Random(1).NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            int picture = i / (28 * 28);
            bool isBar = i % (28 * 28) / 28 / 7 == picture % 4;
            pixels[i] = (byte)((pixels[i] / 4) + (isBar ? 190 : 0));
        }

        return (
            IdxFile.Write(_place.PathOf("bars-images"), [Count, 28, 28], pixels),
            IdxFile.Write(_place.PathOf("bars-labels"), [Count], [.. Enumerable.Range(0, Count).Select(example => (byte)(example % 4))]));
    }
}
