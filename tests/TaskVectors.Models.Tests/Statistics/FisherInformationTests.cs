using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution.Hashing;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Statistics;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests.Statistics;

/// <summary>Fisher information against formulas in F64, finite differences and gradients of losses. Derivatives are in F32.</summary>
public sealed class FisherInformationTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly StatisticsCase _case = new("vit-rgb");

    public void Dispose() => _case.Dispose();

    [Fact]
    public void The_last_layer_has_the_information_of_a_softmax_regression()
    {
        CheckpointSource fisher = Make(12, FisherLabels.Expected);
        (double[][] vectors, double[][] probabilities) = Outputs(12);
        double[] bias = [.. Enumerable.Range(0, 5).Select(c => probabilities.Average(p => p[c] * (1 - p[c])))];
        double[] weight = [.. Enumerable.Range(0, 5 * 32).Select(i => vectors.Zip(probabilities, (h, p) => p[i / 32] * (1 - p[i / 32]) * h[i % 32] * h[i % 32]).Average())];
        StatisticsCase.RequireClose(bias, StatisticsCase.Values(fisher, "classifier.bias"), Tolerance, "bias");
        StatisticsCase.RequireClose(weight, StatisticsCase.Values(fisher, "classifier.weight"), Tolerance, "weight");
    }

    [Fact]
    public void Labels_of_the_data_give_the_empirical_information()
    {
        CheckpointSource fisher = Make(12, FisherLabels.Data);
        (_, double[][] probabilities) = Outputs(12);
        double[] bias = [.. Enumerable.Range(0, 5).Select(c => probabilities.Select((p, example) => Math.Pow((example % 5 == c ? 1 : 0) - p[c], 2)).Average())];
        StatisticsCase.RequireClose(bias, StatisticsCase.Values(fisher, "classifier.bias"), Tolerance, "bias");
    }

    [Fact]
    public void The_expectation_is_the_sum_over_all_classes_of_probability_times_squared_gradient()
    {
        CheckpointSource fisher = Make(3, FisherLabels.Expected);
        (_, double[][] probabilities) = Outputs(3);
        var expected = _case.Model.Parameters.ToDictionary(parameter => parameter.Key, parameter => new double[parameter.Value.Count]);
        for (int example = 0; example < 3; example++)
        {
            for (int label = 0; label < 5; label++)
            {
                foreach ((string name, float[] gradient) in Gradients([example], [label]))
                {
                    for (int i = 0; i < gradient.Length; i++)
                    {
                        expected[name][i] += probabilities[example][label] * gradient[i] * gradient[i] / 3;
                    }
                }
            }
        }

        Assert.Equal(expected.Keys.Order(), fisher.Tensors.Select(tensor => tensor.Name).Order());

        // Attention does not depend on the bias of its keys: what there is of it is rounding.
        Assert.All(expected, pair => StatisticsCase.RequireClose(pair.Value, StatisticsCase.Values(fisher, pair.Key), Tolerance, pair.Key, leastScale: 1e-10));
    }

    [Fact]
    public void Derivatives_are_squared_by_example_and_not_by_batch()
    {
        double[] information = StatisticsCase.Values(Make(6, FisherLabels.Data), "classifier.weight");
        double[] single = new double[information.Length];
        for (int example = 0; example < 6; example++)
        {
            float[] gradient = Gradients([example], [example % 5])["classifier.weight"];
            for (int i = 0; i < single.Length; i++)
            {
                single[i] += (double)gradient[i] * gradient[i] / 6;
            }
        }

        StatisticsCase.RequireClose(single, information, Tolerance, "by example");

        // What squaring the gradient of the mean loss would have given is far away.
        float[] whole = Gradients([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 0])["classifier.weight"];
        Assert.True(whole.Sum(value => (double)value * value) < 0.7 * information.Sum());
    }

    [Fact]
    public void Examples_given_twice_change_nothing()
    {
        CheckpointSource once = Make(5, FisherLabels.Expected, "once.safetensors");
        CheckpointSource twice = _case.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(10, index => index / 2)), StatisticsKind.Fisher, name: "twice.safetensors");
        Assert.All(once.Tensors, tensor => StatisticsCase.RequireClose(StatisticsCase.Values(once, tensor.Name), StatisticsCase.Values(twice, tensor.Name), 1e-12, tensor.Name));
    }

    [Theory]
    [InlineData("vit.encoder.layer.0.attention.attention.query.weight", 17)]
    [InlineData("vit.encoder.layer.0.output.dense.weight", 40)]
    [InlineData("vit.encoder.layer.1.layernorm_after.weight", 3)]
    [InlineData("vit.embeddings.patch_embeddings.projection.weight", 100)]
    [InlineData("vit.layernorm.bias", 8)]
    public void Inner_parameters_agree_with_finite_differences(string name, int element)
    {
        const float Step = 1e-2f;
        double actual = StatisticsCase.Values(Make(1, FisherLabels.Data), name)[element];
        Tensor parameter = _case.Model.Parameters[name];
        float value = parameter.Values[element];
        parameter.Values[element] = value + Step;
        double above = Math.Log(Outputs(1).Probabilities[0][0]);
        parameter.Values[element] = value - Step;
        double below = Math.Log(Outputs(1).Probabilities[0][0]);
        parameter.Values[element] = value;
        double derivative = (above - below) / (2 * Step);

        // F32 leaves 1e-5 of the derivative, the step a part of the third derivative.
        Assert.Equal(Math.Abs(derivative), Math.Sqrt(actual), Math.Max(1e-4, 0.01 * Math.Abs(derivative)));
    }

    [Fact]
    public void Draws_tend_to_the_expectation_and_depend_on_the_seed_alone()
    {
        // The same picture 600 times: the mean of 600 draws.
        ModelEvaluator evaluator = new ImageClassificationEvaluator(StatisticsCase.Pictures(600, _ => 1));
        StatisticsOptions options = new() { Labels = FisherLabels.Sampled, DType = DType.F64, Seed = 7 };
        double[] sampled = StatisticsCase.Values(_case.Make(evaluator, StatisticsKind.Fisher, options, "a.safetensors"), "classifier.bias");
        double[] again = StatisticsCase.Values(_case.Make(evaluator, StatisticsKind.Fisher, options, "b.safetensors"), "classifier.bias");
        double[] other = StatisticsCase.Values(_case.Make(evaluator, StatisticsKind.Fisher, options with { Seed = 8 }, "c.safetensors"), "classifier.bias");
        Assert.Equal(sampled, again);
        Assert.NotEqual(sampled, other);

        double[] p = Outputs(1, _ => 1).Probabilities[0];
        for (int c = 0; c < 5; c++)
        {
            // The square is (1 - p)^2 with probability p and p^2 else; five standard errors.
            double deviation = Math.Sqrt(p[c] * (1 - p[c])) * Math.Abs(1 - (2 * p[c])) / Math.Sqrt(600);
            Assert.Equal(p[c] * (1 - p[c]), sampled[c], (5 * deviation) + 1e-6);
        }
    }

    [Fact]
    public void Less_memory_takes_more_passes_and_gives_the_same_bytes()
    {
        ModelEvaluator evaluator = new ImageClassificationEvaluator(StatisticsCase.Pictures(4));
        using (var plan = ModelStatistics.Plan(_case.Model, evaluator, StatisticsKind.Fisher, new StatisticsOptions { Memory = 20_000 }))
        {
            Assert.InRange(plan.Passes, 2, plan.Tensors.Count);
        }

        _ = _case.Make(evaluator, StatisticsKind.Fisher, new StatisticsOptions(), "one.safetensors");
        _ = _case.Make(evaluator, StatisticsKind.Fisher, new StatisticsOptions { Memory = 20_000 }, "many.safetensors");
        Assert.Equal(File.ReadAllBytes(_case["one.safetensors"]), File.ReadAllBytes(_case["many.safetensors"]));
    }

    [Fact]
    public void The_file_says_what_it_was_made_of()
    {
        CheckpointSource fisher = _case.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(9)), StatisticsKind.Fisher, new StatisticsOptions { MaximumExamples = 4, Seed = 3 });
        Assert.Equal(StatisticsKind.Fisher, StatisticsMetadata.KindOf(fisher));
        Assert.Equal(ModelFingerprint.Of(_case.Checkpoint), fisher.Metadata[StatisticsMetadata.ModelFingerprintKey]);
        Assert.Equal(("4", "3", "expected", "image-classification"), (
            fisher.Metadata[StatisticsMetadata.ExamplesKey], fisher.Metadata[StatisticsMetadata.SeedKey], fisher.Metadata[StatisticsMetadata.LabelsKey], fisher.Metadata[StatisticsMetadata.TaskKey]));
        Assert.All(fisher.Tensors, tensor => Assert.Equal(DType.F32, tensor.DType));
    }

    [Fact]
    public void A_frozen_head_leaves_the_models_own_without_information()
    {
        var head = FrozenHead.Load(new GoldenCase("vit-rgb").ModelFolder);
        CheckpointSource own = Make(3, FisherLabels.Expected, "own.safetensors");
        CheckpointSource frozen = _case.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(3), head), StatisticsKind.Fisher, name: "frozen.safetensors");
        Assert.False(frozen.TryGetTensor("classifier.weight", out _));
        StatisticsCase.RequireClose(StatisticsCase.Values(own, "vit.layernorm.weight"), StatisticsCase.Values(frozen, "vit.layernorm.weight"), Tolerance, "norm");
    }

    [Fact]
    public void Cosines_are_no_probabilities()
    {
        var head = new FrozenHead(new float[2 * 32], null, 2, isCosine: true);
        StatisticsException error = Assert.Throws<StatisticsException>(() => ModelStatistics.Plan(_case.Model, new ImageClassificationEvaluator(StatisticsCase.Pictures(3), head), StatisticsKind.Fisher));
        Assert.Contains("cosines", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_cancelled_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        _ = Assert.Throws<OperationCanceledException>(() => _case.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(3)), StatisticsKind.Fisher, cancellationToken: source.Token));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(_case["x"])!));
        Assert.All(_case.Model.Parameters.Values, parameter => Assert.False(parameter.RequiresGradient));
    }

    [Fact]
    public void The_columns_that_stand_for_all_classes_have_the_covariance_of_one_draw()
    {
        float[] scores = [0.3f, -2, 5, 1, -30, 1, -200];
        IReadOnlyList<float[]> columns = ScoreDirections.Expected(scores);
        double[] p = Softmax(scores);
        Assert.True(columns.Count < scores.Length);
        for (int i = 0; i < p.Length; i++)
        {
            for (int j = 0; j < p.Length; j++)
            {
                Assert.Equal((i == j ? p[i] : 0) - (p[i] * p[j]), columns.Sum(column => (double)column[i] * column[j]), 1e-7);
            }
        }
    }

    private CheckpointSource Make(int count, FisherLabels labels, string name = "statistics.safetensors") => _case.Make(
        new ImageClassificationEvaluator(StatisticsCase.Pictures(count)), StatisticsKind.Fisher, new StatisticsOptions { Labels = labels, DType = DType.F64 }, name);

    private (double[][] Vectors, double[][] Probabilities) Outputs(int count, Func<int, int>? seedOf = null)
    {
        using IDisposable inference = _case.Context.BeginInference();
        using TensorScope scope = _case.Context.BeginScope();
        Tensor pixels = PixelsOf([.. Enumerable.Range(0, count).Select(index => seedOf?.Invoke(index) ?? index)]);
        float[] vectors = ((VitModel)_case.Model).EncodeImages(pixels).ToArray();
        float[] scores = _case.Model.Run(new ModelInputs { PixelValues = pixels }).Logits!.ToArray();
        return ([.. vectors.Chunk(32).Select(row => row.Select(value => (double)value).ToArray())], [.. scores.Chunk(5).Select(Softmax)]);
    }

    // The gradient of the mean loss of some pictures.
    private Dictionary<string, float[]> Gradients(int[] pictures, int[] labels)
    {
        using TensorScope scope = _case.Context.BeginScope();
        _case.Model.RequireGradients();
        _case.Context.Backward(_case.Model.Run(new ModelInputs { PixelValues = PixelsOf(pictures), Labels = new IndexTensor(labels, labels.Length) }).Loss!);
        var gradients = _case.Model.Parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.Gradient!.ToArray());
        foreach (Tensor parameter in _case.Model.Parameters.Values)
        {
            parameter.ClearGradient();
        }

        _case.Model.RequireGradients(_ => false);
        return gradients;
    }

    private Tensor PixelsOf(int[] pictures) => _case.Context.Create([.. pictures.SelectMany(StatisticsCase.Pixels)], pictures.Length, 3, 16, 16);

    private static double[] Softmax(float[] scores)
    {
        double[] powers = [.. scores.Select(score => Math.Exp((double)score - scores.Max()))];
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
