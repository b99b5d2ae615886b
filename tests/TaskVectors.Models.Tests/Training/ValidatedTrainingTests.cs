using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Measurements during a run, the best step, mixtures and what goes along with the model; all exact.</summary>
public sealed class ValidatedTrainingTests : IDisposable
{
    private const string Gpt2 = "gpt2-grads";

    private static readonly TrainingOptions Options = new() { Steps = 20, BatchSize = 8, LearningRate = 5e-3, CheckpointEvery = 6, EvaluateEvery = 4, Seed = 7 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_model_is_measured_every_so_many_steps_and_at_the_end_and_the_log_says_so()
    {
        TrainingResult result = Train("out", Options with { Steps = 10, Validation = Evaluator() });

        (int Step, double? Loss)[] log = LogOf("out");
        Assert.Equal([4, 8, 10], log.Where(line => line.Loss is not null).Select(line => line.Step));
        Assert.Equal(result.Validation!["loss"].Value, log[^1].Loss);
        Assert.Equal(Math.Exp(result.Validation["loss"].Value), result.Validation["perplexity"].Value, 1e-9);
        Assert.Equal(MeasureOf("out"), result.Validation["loss"].Value);
        Assert.Equal(10, result.WrittenStep);
    }

    [Fact]
    public void The_parameters_of_the_best_step_are_written_where_they_are_asked_for()
    {
        TrainingOptions options = Options with { Validation = Evaluator(), KeepBest = true, Schedule = ScheduleKind.Constant, LearningRate = 0.05 };

        TrainingResult result = Train("out", options);

        (int Step, double? Loss)[] measured = [.. LogOf("out").Where(line => line.Loss is not null)];
        (int Step, double? Loss) best = measured.MinBy(line => line.Loss);
        Assert.Equal(best.Step, result.WrittenStep);
        Assert.Equal(best.Loss, MeasureOf("out"));
        Assert.Equal(measured[^1].Loss, result.Validation!["loss"].Value);
        Assert.True(best.Step < 20, "The last step was the best, so that the test shows nothing.");
    }

    [Fact]
    public void A_measured_run_that_is_resumed_gives_the_bytes_and_the_best_step_of_one_that_was_not()
    {
        TrainingOptions options = Options with { Validation = Evaluator(), KeepBest = true, Schedule = ScheduleKind.Constant, LearningRate = 0.05 };
        TrainingResult whole = Train("whole", options);
        _ = Train("parts", options);
        File.Delete(_folder["parts/model.safetensors"]);

        // The last checkpoint is of step 18; what was best before it must be remembered.
        TrainingResult resumed = Train("parts", options with { Resume = true });

        Assert.Equal(18, resumed.ResumedAt);
        Assert.Equal(whole.WrittenStep, resumed.WrittenStep);
        Assert.Equal(File.ReadAllBytes(_folder["whole/model.safetensors"]), File.ReadAllBytes(_folder["parts/model.safetensors"]));
        Assert.Equal(LogOf("whole"), LogOf("parts"));
    }

    [Fact]
    public void A_mixture_has_the_shares_of_its_weights_and_repeats_no_example_before_all_have_come()
    {
        EpochMixture mixture = new([new DataPart(60, 1), new DataPart(30, 1), new DataPart(10, 2)], seed: 3);
        int[][] epochs = [.. Enumerable.Range(0, 6).Select(epoch => mixture.Arrange(epoch, TaskVectors.Models.Data.SeededOrder.Shuffle(100, 3, epoch)))];

        Assert.All(epochs, epoch => Assert.Equal([25, 25, 50], CountsOf(epoch)));
        int[] first = [.. epochs.SelectMany(epoch => epoch).Where(example => example < 60)];
        Assert.Equal(150, first.Length);
        Assert.All(Enumerable.Range(0, 60), example => Assert.InRange(first.Count(drawn => drawn == example), 2, 3));
        Assert.All(Enumerable.Range(90, 10), example => Assert.Equal(5, epochs[0].Count(drawn => drawn == example)));
        Assert.Equal(epochs[4], new EpochMixture([new DataPart(60, 1), new DataPart(30, 1), new DataPart(10, 2)], seed: 3)
            .Arrange(4, TaskVectors.Models.Data.SeededOrder.Shuffle(100, 3, 4)));
        Assert.NotEqual(epochs[0], epochs[1]);

        static int[] CountsOf(int[] epoch) => [epoch.Count(example => example < 60), epoch.Count(example => example is >= 60 and < 90), epoch.Count(example => example >= 90)];
    }

    [Fact]
    public void Trained_mixtures_are_the_same_for_the_same_seed_and_other_for_other_weights()
    {
        ITrainingData pieces = Pieces();
        _ = Train("a", Options, new MixedTrainingData(pieces, [new DataPart(10, 1), new DataPart(pieces.Count - 10, 3)]));
        _ = Train("b", Options, new MixedTrainingData(pieces, [new DataPart(10, 1), new DataPart(pieces.Count - 10, 3)]));
        _ = Train("c", Options, new MixedTrainingData(pieces, [new DataPart(10, 3), new DataPart(pieces.Count - 10, 1)]));

        Assert.Equal(File.ReadAllBytes(_folder["a/model.safetensors"]), File.ReadAllBytes(_folder["b/model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(_folder["a/model.safetensors"]), File.ReadAllBytes(_folder["c/model.safetensors"]));
        _ = Assert.Throws<ArgumentException>(() => new MixedTrainingData(pieces, [new DataPart(10, 1)]));
    }

    [Theory]
    [InlineData("""{"dtype": "float32", "a": 1}""", null)]
    [InlineData("""{"a": 1}""", null)]
    [InlineData("""{"torch_dtype": "bfloat16", "text_config": {"dtype": "float16", "x": 1}}""", """{"torch_dtype":"float32","text_config":{"dtype":"float32","x":1}}""")]
    public void The_configuration_says_the_dtype_that_is_written(string given, string? expected)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(given);

        byte[] adjusted = TrainedConfig.Adjust(bytes);

        if (expected is null)
        {
            Assert.Equal(bytes, adjusted);
        }
        else
        {
            using JsonDocument document = JsonDocument.Parse(adjusted);
            Assert.Equal(expected, JsonSerializer.Serialize(document.RootElement));
        }
    }

    [Fact]
    public void A_run_replaces_only_what_a_run_has_written()
    {
        _ = Train("out", Options with { Steps = 2 });
        byte[] first = File.ReadAllBytes(_folder["out/model.safetensors"]);
        _ = Directory.CreateDirectory(_folder["other"]);
        File.Copy(_folder["out/model.safetensors"], _folder["other/model.safetensors"]);

        TrainingException foreign = Assert.Throws<TrainingException>(() => Train("other", Options with { Replace = true }));
        _ = Train("out", Options with { Steps = 3, Replace = true });

        Assert.Contains("not of a training run", foreign.Message, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllBytes(_folder["other/model.safetensors"]));
        Assert.NotEqual(first, File.ReadAllBytes(_folder["out/model.safetensors"]));
    }

    private static LanguageTrainingData Pieces() => new([.. Enumerable.Range(0, 400).Select(i => (i % 5) + 3 + (i / 200))], 10);

    private static PieceEvaluator Evaluator() => new(new LanguageTrainingData([.. Enumerable.Range(0, 100).Select(i => ((i * i) % 7) + 3)], 10));

    private TrainingResult Train(string output, TrainingOptions options, ITrainingData? data = null)
    {
        string source = GoldenPath.Of("models", Gpt2);
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model model = ModelLoader.Load(Checkpoint.Open(source), context);
        return Trainer.Train(model, source, data ?? Pieces(), _folder[output], options);
    }

    private double MeasureOf(string output)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model model = ModelLoader.Load(Checkpoint.Open(_folder[output]), context);
        return Evaluator().Evaluate(model)["loss"].Value;
    }

    private (int Step, double? Loss)[] LogOf(string output) =>
    [
        .. File.ReadLines(_folder[$"{output}/training/log.jsonl"]).Select(line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return (root.GetProperty("step").GetInt32(), root.TryGetProperty("validation", out JsonElement found) ? found.GetProperty("loss").GetDouble() : (double?)null);
        }),
    ];
}
