using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Models.Training.Lora;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training;

/// <summary>Adapters trained on small random models and opened again with the reader of PEFT folders.</summary>
public sealed class LoraTrainingTests : IDisposable
{
    private const string Vit = "vit-grey-noqkvbias";
    private const string Gpt2 = "gpt2-grads";

    /// <summary>The adapter is stored in F32 and added to the F32 base in F64; what is left is the rounding of sums in another order.</summary>
    private const double Tolerance = 2e-5;

    private static readonly LoraOptions Matrices = new() { Rank = 4, Alpha = 8, Seed = 3, Targets = new TensorFilter(["*.encoder.layer.*.weight"], ["*layernorm*"]) };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 12,
        BatchSize = 8,
        LearningRate = 1e-2,
        WarmUpSteps = 2,
        Seed = 7,
        CheckpointEvery = 5,
        Lora = Matrices,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Base_and_adapter_together_are_the_model_that_was_trained()
    {
        (TrainingResult result, float[] trained) = Train("out", Options with { Steps = 60 });

        Assert.True(result.Losses[^1] < result.Losses[0] / 2, $"{result.Losses[0]} became {result.Losses[^1]}");
        float[] loaded = LogitsOf($"{GoldenPath.Of("models", Vit)}+{_folder["out"]}");
        float[] before = LogitsOf(GoldenPath.Of("models", Vit));
        Closeness.Require(loaded, Array.ConvertAll(trained, value => (double)value), Tolerance, "logits of base and adapter");
        Assert.True(Closeness.Error(before, Array.ConvertAll(trained, value => (double)value)) > 0.1);
        Assert.False(File.Exists(_folder["out/model.safetensors"]));
        Assert.False(File.Exists(_folder["out/config.json"]));
    }

    [Fact]
    public void Weights_of_GPT2_that_are_stored_the_other_way_round_have_adapters_too()
    {
        LoraOptions lora = Matrices with { Targets = new TensorFilter(["*.attn.*.weight", "*.mlp.*.weight"], []) };
        (TrainingResult result, float[] trained) = Train("out", Options with { Steps = 60, Lora = lora }, Gpt2);

        Assert.True(result.Losses[^1] < result.Losses[0] / 2, $"{result.Losses[0]} became {result.Losses[^1]}");
        Closeness.Require(
            LogitsOf($"{GoldenPath.Of("models", Gpt2)}+{_folder["out"]}", Gpt2), Array.ConvertAll(trained, value => (double)value), Tolerance, "logits of base and adapter");
        using JsonDocument config = ConfigOf("out");
        Assert.True(config.RootElement.GetProperty("fan_in_fan_out").GetBoolean());
    }

    [Fact]
    public void The_configuration_says_rank_alpha_and_modules()
    {
        _ = Train("plain", Options with { Steps = 2 });
        _ = Train("stable", Options with { Steps = 2, Lora = Matrices with { UsesRankStabilisedScale = true } });

        using JsonDocument plain = ConfigOf("plain");
        using JsonDocument stable = ConfigOf("stable");
        Assert.Equal(4, plain.RootElement.GetProperty("r").GetInt32());
        Assert.Equal(8, plain.RootElement.GetProperty("lora_alpha").GetDouble());
        Assert.Contains("vit.encoder.layer.0.intermediate.dense", plain.RootElement.GetProperty("target_modules").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal(GoldenPath.Of("models", Vit), plain.RootElement.GetProperty("base_model_name_or_path").GetString());
        Assert.Equal(16, stable.RootElement.GetProperty("lora_alpha").GetDouble());
    }

    [Fact]
    public void The_frozen_base_keeps_its_bytes_and_parameters_beside_the_adapters_are_stored_whole()
    {
        TrainingOptions options = Options with { Trained = new TensorFilter(["classifier"], []) };
        (_, float[] trained) = Train("out", options);

        string golden = GoldenPath.Of("models", Vit);
        Closeness.Require(LogitsOf($"{golden}+{_folder["out"]}"), Array.ConvertAll(trained, value => (double)value), Tolerance, "logits of base and adapter");
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model before = ModelLoader.Load(Checkpoint.Open(golden), context);
        using Model after = ModelLoader.Load(Checkpoint.Open($"{golden}+{_folder["out"]}"), context);
        foreach ((string name, Tensor parameter) in before.Parameters)
        {
            bool isChanged = Matrices.Targets.Matches(name) || name.StartsWith("classifier.", StringComparison.Ordinal);
            Assert.True(isChanged != parameter.Values.SequenceEqual(after.Parameters[name].Values), name);
        }
    }

    [Fact]
    public void A_run_that_is_resumed_gives_the_bytes_of_one_that_was_not()
    {
        _ = Train("whole", Options);
        using CancellationTokenSource source = new();

        _ = Assert.Throws<OperationCanceledException>(() => Train("parts", Options, cancelAfter: 7));
        Assert.False(File.Exists(_folder["parts/adapter_model.safetensors"]));
        (TrainingResult result, _) = Train("parts", Options with { Resume = true });

        Assert.Equal(7, result.ResumedAt);
        foreach (string file in (string[])["adapter_model.safetensors", "adapter_config.json"])
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"whole/{file}"]), File.ReadAllBytes(_folder[$"parts/{file}"]));
        }
    }

    [Fact]
    public void A_begins_with_normal_numbers_of_variance_one_over_the_inputs_that_depend_on_seed_and_name()
    {
        const int Inputs = 400;
        float[] a = new float[100 * Inputs];
        float[] same = new float[a.Length];
        float[] other = new float[a.Length];
        AdapterInitialisation.Fill(a, Inputs, 1, "x.weight");
        AdapterInitialisation.Fill(same, Inputs, 1, "x.weight");
        AdapterInitialisation.Fill(other, Inputs, 1, "y.weight");

        // Standard errors: 1/200 of a deviation for the mean, 0.7 % of the variance, 0.025 of the kurtosis; four of each.
        double deviation = Math.Sqrt(a.Average(value => (double)value * value));
        Assert.InRange(a.Average() * Math.Sqrt(Inputs), -0.02, 0.02);
        Assert.InRange(deviation * Math.Sqrt(Inputs), 0.986, 1.014);
        Assert.InRange(a.Average(value => Math.Pow(value / deviation, 4)), 2.9, 3.1);
        Assert.Equal(a, same);
        Assert.NotEqual(a, other);
    }

    [Theory]
    [InlineData("*.nothing.*", 4, "'*.nothing.*'")]
    [InlineData("vit.embeddings.patch_embeddings.projection.weight", 4, "kernels")]
    [InlineData("*.layernorm_before.weight", 4, "cannot have an adapter")]
    [InlineData("*.encoder.layer.0.intermediate.dense.weight", 33, "rank of 33")]
    public void Targets_that_cannot_be_adapted_are_refused_before_anything_is_written(string target, int rank, string said)
    {
        LoraOptions lora = Matrices with { Targets = new TensorFilter([target], []), Rank = rank };

        TrainingException error = Assert.Throws<TrainingException>(() => Train("out", Options with { Lora = lora }));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void An_adapter_of_a_weight_that_is_not_used_is_refused()
    {
        // With a head of its own, the classifier's is not run.
        LoraOptions lora = Matrices with { Targets = new TensorFilter(["classifier.weight"], []) };
        TrainingOptions options = Options with { Lora = lora, Head = new Models.Evaluation.FrozenHead(new float[4 * 32], null, 4) };

        TrainingException error = Assert.Throws<TrainingException>(() => Train("out", options));
        TrainingException both = Assert.Throws<TrainingException>(() => Train("out", Options with { Trained = new TensorFilter(["*.intermediate.dense.bias"], []) }));

        Assert.Contains("'classifier.weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("has an adapter", both.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private (TrainingResult Result, float[] Logits) Train(string output, TrainingOptions options, string model = Vit, int? cancelAfter = null)
    {
        string source = GoldenPath.Of("models", model);
        using CancellationTokenSource cancellation = new();
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model loaded = ModelLoader.Load(Checkpoint.Open(source), context);
        Canceller? canceller = cancelAfter is { } step ? new Canceller(step, cancellation) : null;
        TrainingResult result = Trainer.Train(loaded, source, DataOf(model), _folder[output], options, canceller, cancellation.Token);
        return (result, Logits(loaded, model));
    }

    private static float[] LogitsOf(string path, string model = Vit)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using Model loaded = ModelLoader.Load(Checkpoint.Open(path), context);
        return Logits(loaded, model);
    }

    private static float[] Logits(Model model, string name)
    {
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        return model.Run(DataOf(name).CreateBatch(model.Context, [0, 1, 2, 3])).Logits!.ToArray();
    }

    private static ITrainingData DataOf(string model) =>
        model == Vit ? new PatternPictures(50) : new LanguageTrainingData([.. Enumerable.Range(0, 400).Select(i => (i % 5) + 3)], 10);

    private JsonDocument ConfigOf(string output) => JsonDocument.Parse(File.ReadAllBytes(_folder[$"{output}/adapter_config.json"]));

    private sealed class Canceller(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
