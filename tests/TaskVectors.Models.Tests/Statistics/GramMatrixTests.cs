using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Statistics;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Tests.Statistics;

/// <summary>Gram matrices of the inputs of linear layers against sums in F64 of inputs that are found in other ways.</summary>
public sealed class GramMatrixTests
{
    [Fact]
    public void The_inputs_of_the_last_layer_and_of_the_first_have_their_Gram_matrices()
    {
        using StatisticsCase model = new("vit-rgb");
        CheckpointSource grams = model.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(7)), StatisticsKind.Gram);
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        float[] pixels = [.. Enumerable.Range(0, 7).SelectMany(StatisticsCase.Pixels)];
        float[] vectors = ((VitModel)model.Model).EncodeImages(model.Context.Create(pixels, 7, 3, 16, 16)).ToArray();
        StatisticsCase.RequireClose(Gram([.. vectors.Chunk(32)]), StatisticsCase.Values(grams, "classifier.weight"), 1e-6, "classifier");

        // The convolution over patches is a linear map of each patch: channel by channel, row by row.
        float[][] patches = [.. from picture in pixels.Chunk(3 * 256)
                                from row in Enumerable.Range(0, 4)
                                from column in Enumerable.Range(0, 4)
                                select (from channel in Enumerable.Range(0, 3)
                                        from y in Enumerable.Range(0, 4)
                                        from x in Enumerable.Range(0, 4)
                                        select picture[(channel * 256) + (((4 * row) + y) * 16) + (4 * column) + x]).ToArray()];
        StatisticsCase.RequireClose(Gram(patches), StatisticsCase.Values(grams, "vit.embeddings.patch_embeddings.projection.weight"), 1e-6, "patches");
    }

    [Fact]
    public void Every_linear_layer_has_one_and_nothing_else()
    {
        using StatisticsCase model = new("vit-rgb");
        CheckpointSource grams = model.Make(new ImageClassificationEvaluator(StatisticsCase.Pictures(3)), StatisticsKind.Gram);
        string[] expected = [.. model.Model.Parameters.Where(parameter => parameter.Key.EndsWith(".weight", StringComparison.Ordinal) && !parameter.Key.Contains("norm", StringComparison.Ordinal)).Select(parameter => parameter.Key).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, grams.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.All(grams.Tensors, tensor => Assert.Equal(tensor.Shape[0], model.Model.Parameters[tensor.Name].Count / model.Model.Parameters[tensor.Name].Size(0)));
        Assert.All(grams.Tensors, tensor => RequireSymmetric(StatisticsCase.Values(grams, tensor.Name), (int)tensor.Shape[0]));
    }

    [Fact]
    public void Weights_stored_as_inputs_by_outputs_are_marked_and_tied_tables_left_out()
    {
        using StatisticsCase model = new("gpt2-grads");
        CheckpointSource grams = model.Make(new PerplexityEvaluator([.. Enumerable.Range(0, 64).Select(index => (index * index) % 97)], length: 16), StatisticsKind.Gram);
        string[] names = [.. grams.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(12, names.Length);
        Assert.Equal(names, grams.Metadata[StatisticsMetadata.InputRowsKey].Split('\n'));
        Assert.All(grams.Tensors, tensor => Assert.Equal(model.Model.Parameters[tensor.Name].Size(0), tensor.Shape[0]));
        Assert.DoesNotContain(names, name => name.Contains("wte", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void Batches_and_padding_play_no_part(int batch)
    {
        using StatisticsCase model = new("bert-cls");
        CheckpointSource grams = model.Make(new TextClassificationEvaluator(StatisticsCase.Texts(20), options: new EvaluatorOptions { BatchSize = batch }), StatisticsKind.Gram);
        TextExamples texts = StatisticsCase.Texts(20);

        // The first layer's inputs are the embeddings: of each text alone, without any padding.
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        var rows = new List<float[]>();
        for (int text = 0; text < 20; text++)
        {
            ModelOutputs outputs = model.Model.Run(texts.Batch([text]) with { WantsHiddenStates = true });
            rows.AddRange(outputs["hidden_states.0"].ToArray().Chunk(32));
        }

        double[] expected = Gram([.. rows]);
        foreach (string layer in new[] { "query", "key", "value" })
        {
            StatisticsCase.RequireClose(expected, StatisticsCase.Values(grams, $"bert.encoder.layer.0.attention.self.{layer}.weight"), 1e-6, layer);
        }

        Assert.NotEqual(expected[0], StatisticsCase.Values(grams, "bert.encoder.layer.1.attention.self.query.weight")[0], 1e-3);
        Assert.NotEqual(expected[0], StatisticsCase.Values(grams, "bert.encoder.layer.0.attention.output.dense.weight")[0], 1e-3);
    }

    [Fact]
    public void Less_memory_takes_more_passes_and_gives_the_same_bytes()
    {
        using StatisticsCase model = new("vit-rgb");
        ModelEvaluator evaluator = new ImageClassificationEvaluator(StatisticsCase.Pictures(6));
        _ = model.Make(evaluator, StatisticsKind.Gram, new StatisticsOptions(), "one.safetensors");
        _ = model.Make(evaluator, StatisticsKind.Gram, new StatisticsOptions { Memory = 1 }, "many.safetensors");
        Assert.Equal(File.ReadAllBytes(model["one.safetensors"]), File.ReadAllBytes(model["many.safetensors"]));
    }

    [Theory]
    [InlineData("gpt2-grads")]
    [InlineData("llama-gqa-untied")]
    public void A_language_model_has_Fisher_information_of_drawn_or_given_tokens(string golden)
    {
        using StatisticsCase model = new(golden);
        int[] ids = [.. Enumerable.Range(0, 48).Select(index => (index * index) % 97)];
        ModelEvaluator evaluator = new PerplexityEvaluator(ids, length: 12);
        CheckpointSource fisher = model.Make(evaluator, StatisticsKind.Fisher, new StatisticsOptions { Labels = FisherLabels.Data, DType = DType.F64 });

        // The loss is the mean over 11 predictions; log p of a piece is their sum.
        double[] expected = [];
        string name = model.Model.Parameters.Keys.First(key => key.Contains("mlp", StringComparison.Ordinal));
        foreach (int[] piece in ids.Chunk(12))
        {
            using TensorScope scope = model.Context.BeginScope();
            model.Model.RequireGradients();
            IndexTensor tensor = new(piece, 1, 12);
            model.Context.Backward(model.Model.Run(new ModelInputs { InputIds = tensor, Labels = tensor }).Loss!);
            double[] squares = [.. model.Model.Parameters[name].Gradient!.ToArray().Select(value => 11.0 * value * 11 * value / 4)];
            expected = expected.Length == 0 ? squares : [.. expected.Zip(squares, (sum, square) => sum + square)];
            foreach (Tensor parameter in model.Model.Parameters.Values)
            {
                parameter.ClearGradient();
            }
        }

        StatisticsCase.RequireClose(expected, StatisticsCase.Values(fisher, name), 1e-4, name);
        using var plan = ModelStatistics.Plan(model.Model, evaluator, StatisticsKind.Fisher);
        Assert.Equal((FisherLabels.Sampled, 4), (plan.Labels, plan.Examples));
        _ = Assert.Throws<StatisticsException>(() => ModelStatistics.Plan(model.Model, evaluator, StatisticsKind.Fisher, new StatisticsOptions { Labels = FisherLabels.Expected }));
    }

    private static double[] Gram(float[][] rows)
    {
        int width = rows[0].Length;
        double[] gram = new double[width * width];
        foreach (float[] row in rows)
        {
            for (int i = 0; i < gram.Length; i++)
            {
                gram[i] += (double)row[i / width] * row[i % width] / rows.Length;
            }
        }

        return gram;
    }

    private static void RequireSymmetric(double[] values, int order)
    {
        double largest = values.Max(Math.Abs);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], values[(i % order * order) + (i / order)], 1e-12 * largest);
        }
    }
}
