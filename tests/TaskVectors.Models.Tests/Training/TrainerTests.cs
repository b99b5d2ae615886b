using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Tensors;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Runs on small random models. Where two runs are said to be the same, every byte is: there is no tolerance.</summary>
public sealed class TrainerTests : IDisposable
{
    private const string Vit = "vit-grey-noqkvbias";
    private const string Bert = "bert-cls";
    private const string Gpt2 = "gpt2-grads";

    private static readonly TrainingOptions Options = new()
    {
        Steps = 12,
        BatchSize = 8,
        LearningRate = 2e-3,
        WarmUpSteps = 2,
        WeightDecay = 0.01,
        Seed = 7,
        CheckpointEvery = 5,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_classifier_of_pictures_learns_a_simple_pattern()
    {
        TrainingResult result = Train("out", Options with { Steps = 60 });

        Assert.Equal(60, result.Losses.Count);
        Assert.True(result.Losses[^1] < result.Losses[0] / 3, $"{result.Losses[0]} became {result.Losses[^1]}");
        double reloaded = LossOf(_folder["out"], new PatternPictures(50), [40, 41, 42, 43]);
        Assert.True(reloaded < result.Losses[0] / 3, $"The model that was written has a loss of {reloaded}");
    }

    [Fact]
    public void A_classifier_of_texts_learns_to_tell_two_words_apart()
    {
        TrainingResult result = Train("out", Options with { Steps = 40, LearningRate = 5e-3 }, new WordTexts(), Bert);

        Assert.True(result.Losses[^1] < result.Losses[0] / 2, $"{result.Losses[0]} became {result.Losses[^1]}");
    }

    [Fact]
    public void A_language_model_learns_a_text_that_repeats()
    {
        int[] ids = [.. Enumerable.Range(0, 400).Select(i => (i % 5) + 3)];

        TrainingResult result = Train("out", Options with { Steps = 60, LearningRate = 5e-3 }, new LanguageTrainingData(ids, 10), Gpt2);

        Assert.True(result.Losses[^1] < result.Losses[0] / 3, $"{result.Losses[0]} became {result.Losses[^1]}");
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void The_same_seed_gives_the_same_bytes_and_another_does_not(OptimizerKind optimizer)
    {
        TrainingOptions options = Options with { Optimizer = optimizer, Momentum = 0.9 };
        _ = Train("a", options);
        _ = Train("b", options);
        _ = Train("c", options with { Seed = 8 });

        Assert.Equal(Bytes("a"), Bytes("b"));
        Assert.NotEqual(Bytes("a"), Bytes("c"));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, 7, 7)]
    [InlineData(OptimizerKind.Sgd, 9, 9)]
    [InlineData(OptimizerKind.AdamW, 1, 1)]
    public void A_cancelled_run_that_is_resumed_gives_the_bytes_of_one_that_was_not(OptimizerKind optimizer, int stop, int resumed)
    {
        TrainingOptions options = Options with { Optimizer = optimizer, Momentum = 0.9, BatchSize = 7 };
        _ = Train("whole", options);
        using CancellationTokenSource source = new();
        CallbackProgress canceller = new(progress =>
        {
            if (progress.Step == stop)
            {
                source.Cancel();
            }
        });

        _ = Assert.Throws<OperationCanceledException>(() => Train("parts", options, progress: canceller, cancellationToken: source.Token));
        Assert.False(File.Exists(_folder["parts/model.safetensors"]));
        TrainingResult result = Train("parts", options with { Resume = true });

        Assert.Equal(resumed, result.ResumedAt);
        Assert.Equal(12 - resumed, result.Losses.Count);
        Assert.Equal(Bytes("whole"), Bytes("parts"));
        Assert.Equal(LogOf("whole").Select(line => line.Loss), LogOf("parts").Select(line => line.Loss));
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_with_the_step_and_keeps_the_last_good_checkpoint()
    {
        _ = Train("whole", Options);

        TrainingException error = Assert.Throws<TrainingException>(() => Train("broken", Options, new PatternPictures(50, spoiltBatch: 8)));

        Assert.Equal("training.not-finite", error.Kind);
        Assert.Equal(8, error.Step);
        Assert.Contains("step 8 of 12", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("training", "checkpoint.safetensors"), error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["broken/model.safetensors"]));
        TrainingResult result = Train("broken", Options with { Resume = true });
        Assert.Equal(5, result.ResumedAt);
        Assert.Equal(Bytes("whole"), Bytes("broken"));
        Assert.Equal(Enumerable.Range(1, 12), LogOf("broken").Select(line => line.Step));
    }

    [Fact]
    public void Parameters_that_overflow_are_never_made_a_checkpoint()
    {
        TrainingOptions options = Options with
        {
            LearningRate = float.MaxValue,
            Optimizer = OptimizerKind.Sgd,
            WarmUpSteps = 2,
            CheckpointEvery = 1,
            ClipNorm = null,
        };

        TrainingException error = Assert.Throws<TrainingException>(() => Train("out", options));

        Assert.Equal("training.not-finite", error.Kind);
        Checkpoint kept = Checkpoint.Open(_folder["out/training/checkpoint.safetensors"]);
        Assert.True(int.Parse(kept.Base.Metadata["step"], System.Globalization.CultureInfo.InvariantCulture) < error.Step);
    }

    [Fact]
    public void Frozen_parameters_keep_their_bytes_and_the_others_change()
    {
        TensorFilter filter = new(["*.weight"], ["classifier.*", "*.layer.0.*"]);
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model before = ModelLoader.Load(Checkpoint.Open(GoldenPath.Of("models", Vit)), context);

        _ = Train("out", Options with { Trained = filter });

        using Model after = ModelLoader.Load(Checkpoint.Open(_folder["out"]), context);
        Assert.Equal(before.Parameters.Keys.Order(), after.Parameters.Keys.Order());
        foreach ((string name, Tensor parameter) in before.Parameters)
        {
            bool isSame = parameter.Values.SequenceEqual(after.Parameters[name].Values);
            Assert.True(isSame != filter.Matches(name), name);
        }
    }

    [Fact]
    public void The_log_has_a_line_for_each_step_with_the_rates_of_the_schedule_and_progress_counts_down()
    {
        List<TrainingProgress> reports = [];

        TrainingResult result = Train("out", Options, progress: new CallbackProgress(reports.Add));

        (int Step, double Loss, double Rate)[] lines = LogOf("out");
        LearningRateSchedule schedule = new(2e-3, 2, 12, ScheduleKind.Cosine);
        Assert.Equal(Enumerable.Range(1, 12), lines.Select(line => line.Step));
        Assert.Equal(result.Losses, lines.Select(line => line.Loss));
        Assert.Equal(Enumerable.Range(0, 12).Select(schedule.At), lines.Select(line => line.Rate));
        Assert.Equal(result.Losses, reports.Select(report => report.Loss));
        Assert.All(reports, report => Assert.Equal(report.Elapsed / report.Step * (12 - report.Step), report.Remaining));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    [Fact]
    public void The_output_has_the_files_that_go_with_the_model()
    {
        _ = Directory.CreateDirectory(_folder["source"]);
        foreach (string name in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(Path.Combine(GoldenPath.Of("models", Vit), name), _folder[$"source/{name}"]);
        }

        AddBuffer(_folder["source/model.safetensors"]);
        File.WriteAllText(_folder["source/tokenizer_config.json"], "{}");
        File.WriteAllText(_folder["source/secrets.txt"], "no");

        _ = Train("out", Options with { Steps = 1 }, modelFolder: _folder["source"]);

        Assert.Equal(File.ReadAllBytes(_folder["source/config.json"]), File.ReadAllBytes(_folder["out/config.json"]));
        Assert.Equal("{}", File.ReadAllText(_folder["out/tokenizer_config.json"]));
        Assert.False(File.Exists(_folder["out/secrets.txt"]));
        using CheckpointValues change = CheckpointValues.Open(Checkpoint.Open(_folder["out"]) - Checkpoint.Open(_folder["source"]));
        Assert.Equal(Checkpoint.Open(_folder["source"]).Tensors.Select(tensor => (tensor.Name, tensor.DType)).Order(), Checkpoint.Open(_folder["out"]).Tensors.Select(tensor => (tensor.Name, tensor.DType)).Order());
    }

    [Fact]
    public void A_run_is_not_resumed_with_other_settings_nor_overwritten_unasked()
    {
        TrainingOptions options = Options with { Steps = 6 };
        _ = Train("out", options);

        Assert.Equal("training.output", Assert.Throws<TrainingException>(() => Train("out", options)).Kind);
        Assert.Equal("training.other-run", Assert.Throws<TrainingException>(() => Train("out", options with { Seed = 1, Resume = true })).Kind);
        File.WriteAllBytes(_folder["out/training/checkpoint.safetensors"], File.ReadAllBytes(_folder["out/model.safetensors"]));
        Assert.Equal("training.checkpoint", Assert.Throws<TrainingException>(() => Train("out", options with { Resume = true })).Kind);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused_in_words()
    {
        TrainingException unmatched = Assert.Throws<TrainingException>(() => Train("a", Options with { Trained = new TensorFilter(["head.*"], []) }));
        TrainingException frozen = Assert.Throws<TrainingException>(() => Train("b", Options with { Trained = new TensorFilter([], ["*"]) }));
        TrainingException headless = Assert.Throws<TrainingException>(() => Train("c", Options, new WordTexts(), "minilm-embedding"));
        TrainingException empty = Assert.Throws<TrainingException>(() => Train("d", Options, new PatternPictures(0)));

        Assert.Contains("'head.*'", unmatched.Message, StringComparison.Ordinal);
        Assert.Contains("frozen", frozen.Message, StringComparison.Ordinal);
        Assert.Equal("training.no-loss", headless.Kind);
        Assert.Equal("training.no-examples", empty.Kind);
        Assert.False(Directory.Exists(_folder["a"]));
    }

    [Fact]
    public void Every_epoch_sees_every_example_once_in_an_order_of_its_own()
    {
        BatchOrder order = new(10, 4, seed: 3);

        int[] seen = [.. Enumerable.Range(0, 5).SelectMany(order.At)];

        Assert.Equal(Enumerable.Range(0, 10), seen[..10].Order());
        Assert.Equal(Enumerable.Range(0, 10), seen[10..].Order());
        Assert.NotEqual(seen[..10], seen[10..]);
        Assert.Equal(seen[8..12], new BatchOrder(10, 4, seed: 3).At(2));
    }

    /// <summary>Adds to a file of F32 tensors a buffer of whole numbers that the architecture does not use.</summary>
    private static void AddBuffer(string path)
    {
        CheckpointSource source = CheckpointFormats.Open(path);
        List<(TensorInfo, ReadOnlyMemory<byte>)> tensors = [(new TensorInfo("vit.embeddings.position_ids", DType.I64, new TensorShape(2)), new byte[16])];
        using (ICheckpointReader reader = source.OpenReader())
        {
            foreach (TensorInfo tensor in source.Tensors)
            {
                byte[] values = new byte[tensor.ByteCount];
                reader.Read(tensor, 0, values);
                tensors.Add((tensor, values));
            }
        }

        File.Delete(path);
        SafetensorsFile.Write(path, tensors);
    }

    private static double LossOf(string folder, ITrainingData data, int[] indices)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model model = ModelLoader.Load(Checkpoint.Open(folder), context);
        using IDisposable inference = context.BeginInference();
        using TensorScope scope = context.BeginScope();
        return model.Run(data.CreateBatch(context, indices)).Loss!.Item();
    }

    private TrainingResult Train(
        string output,
        TrainingOptions options,
        ITrainingData? data = null,
        string model = Vit,
        string? modelFolder = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        string source = modelFolder ?? GoldenPath.Of("models", model);
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model loaded = ModelLoader.Load(Checkpoint.Open(source), context);
        return Trainer.Train(loaded, source, data ?? new PatternPictures(50), _folder[output], options, progress, cancellationToken);
    }

    private byte[] Bytes(string output) => File.ReadAllBytes(_folder[$"{output}/model.safetensors"]);

    private (int Step, double Loss, double Rate)[] LogOf(string output) =>
    [
        .. File.ReadLines(_folder[$"{output}/training/log.jsonl"]).Select(line =>
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return (root.GetProperty("step").GetInt32(), root.GetProperty("loss").GetDouble(), root.GetProperty("learning_rate").GetDouble());
        }),
    ];

    private sealed class CallbackProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>Five tokens, of which the third tells the class.</summary>
    private sealed class WordTexts : ITrainingData
    {
        public int Count => 40;

        public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices)
        {
            int[] ids = new int[indices.Length * 5];
            int[] labels = new int[indices.Length];
            for (int row = 0; row < indices.Length; row++)
            {
                labels[row] = indices[row] % 2;
                int[] text = [2, 5 + (indices[row] % 7), 12 + labels[row], 5 + (indices[row] % 3), 3];
                text.CopyTo(ids, row * 5);
            }

            return new ModelInputs { InputIds = new IndexTensor(ids, indices.Length, 5), Labels = new IndexTensor(labels, labels.Length) };
        }
    }
}
