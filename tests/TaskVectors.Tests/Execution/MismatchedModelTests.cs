using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Models that do not fit together: what is said, and that nothing is written.</summary>
public sealed class MismatchedModelTests : IDisposable
{
    private readonly EditSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Every_missing_tensor_is_listed_with_the_model_that_lacks_it()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [2]), ("c", DType.F32, [3]));
        Checkpoint poor = _sandbox.Model("poor", ("b", DType.F32, [5]));
        EditException error = await _sandbox.RequirePlanError(EditError.MissingTensors, ErrorCategory.BadInput, pretrained + (0.5 * (poor - pretrained)));
        Assert.Contains("'a', 'c'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'poor'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--missing base", error.Message, StringComparison.Ordinal);
        Assert.Equal(_sandbox["poor.safetensors"], error.File);
    }

    [Fact]
    public async Task Every_extra_tensor_is_listed_and_a_single_one_is_named_in_the_error()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]));
        Checkpoint rich = _sandbox.Model("rich", ("a", DType.F32, [1]), ("odd name (x)", DType.F32, [2]));
        EditException error = await _sandbox.RequirePlanError(EditError.ExtraTensors, ErrorCategory.BadInput, pretrained + (0.5 * (rich - pretrained)));
        Assert.Equal("odd name (x)", error.Tensor);
        Assert.Contains("--missing base", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_of_several_models_come_in_one_report()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [1, 2]));
        Checkpoint first = _sandbox.Model("first", ("a", DType.F32, [1]), ("x", DType.F32, [2]));
        Checkpoint second = _sandbox.Model("second", ("a", DType.F32, [1]), ("b", DType.F32, [1, 2, 3]));
        Checkpoint edited = pretrained + (0.5 * (first - pretrained)) + (0.5 * (second - pretrained));
        AggregateEditException report = await _sandbox.RequireUntouched<AggregateEditException>(() => edited.SaveAsync(_sandbox["out"]));
        Assert.Equal(
            [EditError.MissingTensors, EditError.ExtraTensors, EditError.ShapeMismatch],
            report.Errors.Cast<EditException>().Select(error => error.Error));
        Assert.Equal(ErrorCategory.BadInput, report.Category);
    }

    [Fact]
    public async Task The_base_policy_keeps_what_a_model_lacks_leaves_out_what_the_base_lacks_and_warns_of_both()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]), ("b", DType.F32, [2]));
        Checkpoint other = _sandbox.Model("other", ("b", DType.F32, [4]), ("x", DType.F32, [9]));
        EditOptions options = EditOptions.Default with { Missing = MissingTensors.Base };
        Manifest manifest = await (pretrained + (0.5 * (other - pretrained))).SaveAsync(_sandbox["out"], options);
        Checkpoint written = Checkpoint.Open(_sandbox["out"]);
        Assert.Equal(["a", "b"], written.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1], TestModel.Values(written, "a"));
        Assert.Equal([3], TestModel.Values(written, "b"));
        Assert.Contains(manifest.Warnings, warning => warning.Contains("'a'", StringComparison.Ordinal) && warning.Contains("'other'", StringComparison.Ordinal));
        Assert.Contains(manifest.Warnings, warning => warning.Contains("'x'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_base_policy_converts_the_tensors_it_keeps_to_the_output_dtype()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1.5]), ("b", DType.F32, [2]));
        Checkpoint other = _sandbox.Model("other", ("b", DType.F32, [4]));
        EditOptions options = EditOptions.Default with { Missing = MissingTensors.Base, OutputDType = DType.BF16 };
        Checkpoint written = await _sandbox.Save(pretrained + (0.5 * (other - pretrained)), options: options);
        Assert.All(written.Tensors, tensor => Assert.Equal(DType.BF16, tensor.DType));
        Assert.Equal([1.5], TestModel.Values(written, "a"));
    }

    [Fact]
    public async Task Tensors_of_another_shape_are_listed_with_both_shapes()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1, 2]), ("b", DType.F32, [1]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.F32, [1, 2, 3]), ("b", DType.F32, [1]));
        EditException error = await _sandbox.RequirePlanError(EditError.ShapeMismatch, ErrorCategory.BadInput, pretrained + (1.0 * (other - pretrained)));
        Assert.Contains("'a' ([3] against [2])", error.Message, StringComparison.Ordinal);
        Assert.Contains("--exclude", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tensors_outside_the_filter_need_not_fit()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("head", DType.F32, [1, 2]), ("body", DType.F32, [1]), ("only", DType.F32, [7]));
        Checkpoint other = _sandbox.Model("other", ("head", DType.F16, [1, 2, 3]), ("body", DType.F32, [3]));
        EditOptions options = EditOptions.Default with { Filter = new TensorFilter(["body"], []) };
        Checkpoint written = await _sandbox.Save(pretrained + (1.0 * (other - pretrained)), options: options);
        Assert.Equal([1, 2], TestModel.Values(written, "head"));
        Assert.Equal([3], TestModel.Values(written, "body"));
        Assert.Equal([7], TestModel.Values(written, "only"));
    }

    [Fact]
    public async Task Models_of_different_dtypes_need_a_chosen_output_dtype()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.BF16, [2]));
        Checkpoint edited = pretrained + (0.5 * (other - pretrained));
        EditException error = await _sandbox.RequirePlanError(EditError.DTypeMismatch, ErrorCategory.BadInput, edited);
        Assert.Contains("(BF16 against F32)", error.Message, StringComparison.Ordinal);
        Assert.Contains("--dtype", error.Message, StringComparison.Ordinal);
        Checkpoint written = await _sandbox.Save(edited, options: EditOptions.Default with { OutputDType = DType.F16 });
        Assert.Equal([1.5], TestModel.Values(written, "a"));
    }

    [Fact]
    public async Task A_task_vector_of_models_of_different_dtypes_is_stored_in_F32()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F16, [1]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.F32, [1.0000001192092896]));
        _ = await (other - pretrained).SaveAsync(_sandbox["vector.safetensors"]);
        var vector = TaskVector.Open(_sandbox["vector.safetensors"]);
        Assert.Equal(DType.F32, vector.Tensors.Single().DType);
    }

    [Fact]
    public async Task A_long_list_of_dtypes_is_cut_and_says_how_many_there_are()
    {
        Checkpoint pretrained = _sandbox.Model("base", [.. Enumerable.Range(0, 40).Select(layer => ($"layer.{layer}", DType.F32, new double[] { 1 }))]);
        Checkpoint other = _sandbox.Model("other", [.. Enumerable.Range(0, 40).Select(layer => ($"layer.{layer}", DType.BF16, new double[] { 2 }))]);
        EditException error = await _sandbox.RequirePlanError(EditError.DTypeMismatch, ErrorCategory.BadInput, pretrained + (0.5 * (other - pretrained)));
        Assert.StartsWith("40 tensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("(BF16 against F32) and 36 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_float_tensor_never_meets_an_integer_tensor_even_with_an_output_dtype()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]));
        Checkpoint other = _sandbox.Model("other", ("a", DType.I32, [2]));
        Checkpoint edited = pretrained + (0.5 * (other - pretrained));
        _ = await _sandbox.RequirePlanError(EditError.DTypeMismatch, ErrorCategory.BadInput, edited, EditOptions.Default with { OutputDType = DType.F32 });
    }

    [Fact]
    public async Task Terminal_commands_in_a_tensor_name_do_not_reach_the_message()
    {
        Checkpoint pretrained = _sandbox.Model("base", ("a", DType.F32, [1]));
        Checkpoint rich = _sandbox.Model("rich", ("a", DType.F32, [1]), ("\u001b[2J", DType.F32, [2]));
        EditException error = await _sandbox.RequirePlanError(EditError.ExtraTensors, ErrorCategory.BadInput, pretrained + (0.5 * (rich - pretrained)));
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Fact]
    public async Task Models_whose_files_have_one_name_are_told_apart_in_messages_and_manifest()
    {
        Checkpoint pretrained = _sandbox.Model("base/model", ("a", DType.F32, [1]));
        Checkpoint finetuned = _sandbox.Model("tuned/model", ("a", DType.F32, [3]));
        Manifest manifest = await (finetuned - pretrained).SaveAsync(_sandbox["v.safetensors"]);
        Assert.Equal(2, manifest.Inputs.Select(input => input.Name).Distinct().Count());
        EditPlan again = ManifestReplay.Plan(_sandbox["v.safetensors"], new OutputTarget(_sandbox["again.safetensors"]), EditOptions.Default);
        _ = await EditExecutor.RunAsync(again);
        Assert.Equal([2], TestModel.Values(Checkpoint.Open(_sandbox["again.safetensors"]), "a"));
    }

    [Fact]
    public async Task A_dot_in_the_name_of_a_folder_is_part_of_the_models_name()
    {
        Checkpoint model = TestModel.Write(_sandbox["llama-3.1/model.safetensors"], ("a", DType.F32, [1]));
        Manifest manifest = await Checkpoint.Open(_sandbox["llama-3.1"]).SaveAsync(_sandbox["out"]);
        Assert.Equal("llama-3.1", manifest.Inputs[0].Name);
        Assert.Single(model.Tensors);
    }
}
