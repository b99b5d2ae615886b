using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Tensors that are never averaged: integers, booleans, complex numbers and packed floats (N5).</summary>
public sealed class OpaqueTensorTests : IDisposable
{
    private const int Elements = 16;

    private readonly EditSandbox _sandbox = new();

    public static TheoryData<DType> OpaqueTypes => [.. DTypes.All.Where(dtype => !dtype.IsArithmetic())];

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(OpaqueTypes))]
    public async Task Equal_in_every_input_is_copied_whatever_the_output_dtype(DType dtype)
    {
        Checkpoint pretrained = Model("base", dtype, seed: 1, weight: 1);
        Checkpoint first = Model("first", dtype, seed: 1, weight: 2);
        Checkpoint edited = pretrained + (0.5 * (first - pretrained));
        Checkpoint written = await _sandbox.Save(edited, options: EditOptions.Default with { OutputDType = DType.F16 });
        Assert.True(written.Base.TryGetTensor("opaque", out TensorInfo? tensor));
        Assert.Equal(dtype, tensor.DType);
        Assert.Equal(TestModel.Bytes(pretrained, "opaque"), TestModel.Bytes(written, "opaque"));
        Assert.Equal([1.5], TestModel.Values(written, "weight"));
    }

    [Theory]
    [MemberData(nameof(OpaqueTypes))]
    public async Task Different_in_one_input_is_an_error_that_names_it(DType dtype)
    {
        Checkpoint pretrained = Model("base", dtype, seed: 1, weight: 1);
        Checkpoint first = Model("first", dtype, seed: 2, weight: 2);
        EditException error = await _sandbox.RequirePlanError(EditError.IntegerTensorChanged, ErrorCategory.BadInput, pretrained + (0.5 * (first - pretrained)));
        Assert.Equal("opaque", error.Tensor);
        Assert.Contains("--exclude", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OpaqueTypes))]
    public async Task Excluded_by_the_filter_is_the_bases(DType dtype)
    {
        Checkpoint pretrained = Model("base", dtype, seed: 1, weight: 1);
        Checkpoint first = Model("first", dtype, seed: 2, weight: 2);
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter([], ["opaque"]) };
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (first - pretrained)), options: options);
        Assert.Equal(TestModel.Bytes(pretrained, "opaque"), TestModel.Bytes(written, "opaque"));
    }

    [Theory]
    [MemberData(nameof(OpaqueTypes))]
    public async Task Of_the_only_model_with_coefficient_one_it_is_that_models(DType dtype)
    {
        Checkpoint pretrained = Model("base", dtype, seed: 1, weight: 1);
        Checkpoint first = Model("first", dtype, seed: 2, weight: 2);
        Checkpoint written = await _sandbox.Save(pretrained + (1.0 * (first - pretrained)));
        Assert.Equal(TestModel.Bytes(first, "opaque"), TestModel.Bytes(written, "opaque"));
        Assert.Equal([2], TestModel.Values(written, "weight"));
    }

    [Fact]
    public async Task All_that_would_change_are_named()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, [1]), ("x", DType.I64, [1]), ("y", DType.Bool, [1]), ("z", DType.U8, [1]));
        Checkpoint first = _sandbox.Model("first", ("w", DType.F32, [2]), ("x", DType.I64, [2]), ("y", DType.Bool, [1]), ("z", DType.U8, [2]));
        EditException error = await _sandbox.RequirePlanError(EditError.IntegerTensorChanged, ErrorCategory.BadInput, pretrained + (0.5 * (first - pretrained)));
        Assert.Contains("'x', 'z'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'y'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_difference_in_a_later_piece_of_a_large_tensor_is_found()
    {
        byte[] bytes = new byte[700_001];
        var info = new TensorInfo("x", DType.U8, new TensorShape(bytes.Length));
        Checkpoint pretrained = _sandbox.Raw("base", [(info, bytes)]);
        byte[] changed = [.. bytes];
        changed[^1] = 1;
        Checkpoint first = _sandbox.Raw("first", [(info, changed)]);
        _ = await _sandbox.RequirePlanError(EditError.IntegerTensorChanged, ErrorCategory.BadInput, pretrained + (0.5 * (first - pretrained)));
    }

    [Fact]
    public async Task A_task_vector_leaves_out_what_did_not_change_and_still_applies()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("w", DType.F32, [1]), ("x", DType.I64, [1]));
        Checkpoint finetuned = _sandbox.Model("finetuned", ("w", DType.F32, [2]), ("x", DType.I64, [1]));
        _ = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        TaskVector vector = TaskVector.Open(_sandbox["v.safetensors"]);
        Assert.Equal("w", Assert.Single(vector.Tensors).Name);
        Checkpoint written = await _sandbox.Save(pretrained + vector);
        Assert.Equal([2], TestModel.Values(written, "w"));
        Assert.Equal(TestModel.Bytes(pretrained, "x"), TestModel.Bytes(written, "x"));
    }

    private Checkpoint Model(string name, DType dtype, int seed, double weight)
    {
        byte[] bytes = new byte[Elements * dtype.BitSize() / 8];
        new Random(seed).NextBytes(bytes);
        return _sandbox.Raw(name, [
            (new TensorInfo("weight", DType.F32, new TensorShape(1)), TestModel.Encode(DType.F32, [weight]).ToArray()),
            (new TensorInfo("opaque", dtype, new TensorShape(Elements)), bytes),
        ]);
    }
}
