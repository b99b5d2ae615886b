using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Weights that share storage: by an alias in the metadata, or because a configuration ties the head to the embedding.</summary>
public sealed class TiedTensorTests : IDisposable
{
    private const string Head = "lm_head.weight";
    private const string Embedding = "model.embed_tokens.weight";

    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task An_alias_of_the_base_is_carried_to_the_output_and_means_the_edited_tensor()
    {
        Checkpoint pretrained = Aliased("base", 1);
        Checkpoint finetuned = Aliased("finetuned", 3);
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (finetuned - pretrained)));
        Assert.Equal(Embedding, Assert.Single(written.Tensors).Name);
        Assert.Equal(Embedding, written.Base.Aliases[Head]);
        Assert.Equal([2], TestModel.Values(written, Embedding));
    }

    [Fact]
    public async Task A_model_that_stores_the_tied_tensor_under_the_other_name_fits()
    {
        Checkpoint pretrained = Aliased("base", 1);
        Checkpoint other = _sandbox.Raw("other", [Tensor(Head, 3)], new Dictionary<string, string> { [Embedding] = Head });
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (other - pretrained)));
        Assert.Equal([2], TestModel.Values(written, Embedding));
    }

    [Fact]
    public async Task An_untied_model_with_equal_values_fits_a_tied_base()
    {
        Checkpoint pretrained = Aliased("base", 1);
        Checkpoint untied = _sandbox.Model("untied", (Embedding, DType.F32, [3]), (Head, DType.F32, [3]));
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (untied - pretrained)));
        Assert.Equal(Embedding, Assert.Single(written.Tensors).Name);
        Assert.Equal([2], TestModel.Values(written, Embedding));
    }

    [Fact]
    public async Task An_untied_model_with_values_of_its_own_does_not_fit_a_tied_base()
    {
        Checkpoint pretrained = Aliased("base", 1);
        Checkpoint untied = _sandbox.Model("untied", (Embedding, DType.F32, [3]), (Head, DType.F32, [4]));
        EditException error = await _sandbox.RequirePlanError(EditError.TiedTensorsDiffer, ErrorCategory.BadInput, pretrained + (0.5 * (untied - pretrained)));
        Assert.Equal(Head, error.Tensor);
        Assert.Equal(_sandbox["untied.safetensors"], error.File);
        Assert.Contains("Use a base", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tied_tensors_that_the_edit_leaves_alone_may_differ()
    {
        Checkpoint pretrained = _sandbox.Raw("base", [Tensor(Embedding, 1), Tensor("body", 1)], new Dictionary<string, string> { [Head] = Embedding });
        Checkpoint untied = _sandbox.Model("untied", (Embedding, DType.F32, [3]), (Head, DType.F32, [4]), ("body", DType.F32, [3]));
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter(["body"], []) };
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (untied - pretrained)), options: options);
        Assert.Equal([1], TestModel.Values(written, Embedding));
        Assert.Equal([2], TestModel.Values(written, "body"));
    }

    [Fact]
    public async Task A_tied_model_gives_both_tensors_of_an_untied_base()
    {
        Checkpoint pretrained = _sandbox.Model("base", (Embedding, DType.F32, [1]), (Head, DType.F32, [2]));
        Checkpoint tied = Aliased("tied", 3);
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (tied - pretrained)));
        Assert.Equal([2], TestModel.Values(written, Embedding));
        Assert.Equal([2.5], TestModel.Values(written, Head));
    }

    [Theory]
    [InlineData("{\"tie_word_embeddings\": true}", true)]
    [InlineData("{}", true)]
    [InlineData("{\"tie_word_embeddings\": false}", false)]
    [InlineData("not json", false)]
    public async Task A_configuration_ties_the_head_to_the_embedding(string config, bool tied)
    {
        Checkpoint pretrained = _sandbox.Model("base", (Embedding, DType.F32, [1]), (Head, DType.F32, [2]));
        _ = _sandbox.Model("folder/model", (Embedding, DType.F32, [3]));
        await File.WriteAllTextAsync(_sandbox["folder/config.json"], config);
        Checkpoint edited = pretrained + (0.5 * (Checkpoint.Open(_sandbox["folder"]) - pretrained));
        if (tied)
        {
            Checkpoint written = await _sandbox.Save(edited);
            Assert.Equal([2.5], TestModel.Values(written, Head));
        }
        else
        {
            _ = await _sandbox.RequirePlanError(EditError.MissingTensors, ErrorCategory.BadInput, edited);
        }
    }

    private Checkpoint Aliased(string name, double value) =>
        _sandbox.Raw(name, [Tensor(Embedding, value)], new Dictionary<string, string> { [Head] = Embedding, ["format"] = "pt" });

    private static (TensorInfo, byte[]) Tensor(string name, double value) =>
        (new TensorInfo(name, DType.F32, new TensorShape(1)), TestModel.Encode(DType.F32, [value]).ToArray());
}
