using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.Tensors;
using TaskVectors.Tests.Merging;

namespace TaskVectors.Tests.Analysis;

public class LowRankExtractionTests
{
    [Fact]
    public async Task Extracted_factors_lose_what_they_say_and_load_as_an_adapter()
    {
        using var model = new MatrixModel();
        LowRankResult result = await LowRankExtraction.RunAsync(model.Base, model.Vectors[0], new LowRankOptions { Rank = new FixedRank(5), Filter = new TensorFilter(["layers"], []) });
        Assert.Equal(["layers.0.attn.bias", "layers.0.norm.weight"], result.LeftOut.Select(tensor => tensor.Name).Where(name => name.StartsWith("layers", StringComparison.Ordinal)).Order());
        LoraWriter.Write(model["adapter"], result.Factors, dtype: DType.F64);
        _ = await TaskVector.Open(model["adapter"]).SaveAsync(model["dense.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        _ = await model.Vectors[0].SaveAsync(model["whole.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        foreach (LowRankError error in result.Errors)
        {
            double[] whole = TestModel.Values(Checkpoint.Open(model["whole.safetensors"]), error.Name);
            double[] part = TestModel.Values(Checkpoint.Open(model["dense.safetensors"]), error.Name);
            Assert.Equal(Math.Sqrt(whole.Zip(part, (left, right) => (left - right) * (left - right)).Sum()), error.Error, 1e-12);
            Assert.Equal(5, error.Rank);
            Assert.InRange(error.RelativeError, 0.01, 1);
        }

        Assert.InRange(result.RelativeError, result.Errors.Min(error => error.RelativeError), result.Errors.Max(error => error.RelativeError));
    }

    [Fact]
    public async Task A_rank_above_that_of_every_matrix_is_an_error_and_above_that_of_some_a_note()
    {
        using var model = new MatrixModel();
        EditException error = await Assert.ThrowsAsync<EditException>(() => Extract(model, 31));
        Assert.Equal((EditError.InvalidOption, ErrorCategory.Usage), (error.Error, error.Category));
        Assert.Contains("no matrix has more than 12", error.Message, StringComparison.Ordinal);

        LowRankResult result = await LowRankExtraction.RunAsync(
            model.Base, model.Vectors[0], new LowRankOptions { Rank = new FixedRank(9), Filter = new TensorFilter(["layers", "conv"], []) });
        Assert.Contains("1 of 4 matrices have a smaller side than the rank of 9, such as 'conv.weight'", Assert.Single(result.Notes), StringComparison.Ordinal);
        LowRankError small = result.Errors.Single(matrix => matrix.Name == "conv.weight");
        Assert.Equal(6, small.Rank);
        Assert.Equal(0, small.RelativeError, 1e-14);
        Assert.Empty((await Extract(model, 5)).Notes);
    }

    [Fact]
    public async Task Full_copies_are_read_back_as_the_fine_tuned_weights()
    {
        using var model = new MatrixModel();
        LowRankResult result = await LowRankExtraction.RunAsync(
            model.Base,
            model.Vectors[0],
            new LowRankOptions { Rank = new FixedRank(12), Filter = new TensorFilter(["layers"], []), Save = new TensorFilter(["norm", "embed"], []) });
        Assert.Equal(["embed.weight", "layers.0.norm.weight"], result.Saved.Select(saved => saved.Tensor.Name).Order());
        LoraWriter.Write(model["adapter"], result.Factors, saved: result.Saved);

        _ = await Checkpoint.Open($"{model.PathOf("base")}+{model["adapter"]}").SaveAsync(model["again.safetensors"]);
        Checkpoint tuned = Checkpoint.Open(model.PathOf("task0"));
        Checkpoint again = Checkpoint.Open(model["again.safetensors"]);
        Assert.All(result.Saved, saved => Assert.Equal(TestModel.Bytes(tuned, saved.Tensor.Name), TestModel.Bytes(again, saved.Tensor.Name)));
        foreach (LowRankTensor factored in result.Factors)
        {
            // Factors of full rank lose what rounding to F32 loses, of numbers of size 1.
            double[] expected = TestModel.Values(tuned, factored.Name);
            Assert.All(expected.Zip(TestModel.Values(again, factored.Name)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    [Fact]
    public async Task A_weight_that_is_not_a_number_is_named_wherever_it_is()
    {
        using var model = new MatrixModel();
        model.Write("broken", seed: 0, moved: 1, first: double.NaN);
        TaskVector broken = Checkpoint.Open(model.PathOf("broken")) - model.Base;
        foreach (TensorFilter filter in new[] { new TensorFilter(["layers"], []), new TensorFilter(["embed"], []) })
        {
            EditException error = await Assert.ThrowsAsync<EditException>(
                () => LowRankExtraction.RunAsync(model.Base, broken, new LowRankOptions { Rank = new FixedRank(2), Filter = filter }));
            Assert.Equal((EditError.NaN, "embed.weight"), (error.Error, error.Tensor));
        }
    }

    private static Task<LowRankResult> Extract(MatrixModel model, int rank) => LowRankExtraction.RunAsync(
        model.Base, model.Vectors[0], new LowRankOptions { Rank = new FixedRank(rank), Filter = new TensorFilter(["layers"], []) });
}
