using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Nothing that exists is destroyed unless it is an output of this program and its replacement was asked for.</summary>
public sealed class OutputSafetyTests : IDisposable
{
    private static readonly EditOptions Force = EditOptions.Default with { Force = true };

    private readonly EditSandbox _sandbox = new();
    private readonly Checkpoint _pretrained;
    private readonly Checkpoint _edited;

    public OutputSafetyTests()
    {
        _pretrained = _sandbox.Model("models/base/model", ("w", DType.F32, [1]));
        Checkpoint finetuned = _sandbox.Model("models/tuned/model", ("w", DType.F32, [3]));
        _edited = _pretrained + (0.5 * (finetuned - _pretrained));
    }

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("out")]
    [InlineData("out.safetensors")]
    public async Task An_existing_output_is_not_replaced_unasked(string output)
    {
        _ = await _edited.SaveAsync(_sandbox[output]);
        EditException error = await _sandbox.RequirePlanError(EditError.OutputExists, ErrorCategory.Usage, _pretrained, output: output);
        Assert.Equal(_sandbox[output], error.File);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.safetensors")]
    public async Task An_existing_output_is_replaced_when_asked_and_nothing_else_is_left(string output)
    {
        _ = await _edited.SaveAsync(_sandbox[output]);
        if (output == "out")
        {
            await File.WriteAllTextAsync(_sandbox["out/left-over.txt"], "old");
        }

        _ = await _pretrained.SaveAsync(_sandbox[output], Force);
        Assert.Equal([1], TestModel.Values(Checkpoint.Open(_sandbox[output]), "w"));
        Assert.True(OutputVerifier.Verify(_sandbox[output]).IsGood);
        string[] expected = output == "out" ? ["models", "out"] : ["models", "out.safetensors", "out.safetensors.manifest.json"];
        Assert.Equal(expected, Directory.EnumerateFileSystemEntries(_sandbox.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(_sandbox["out/left-over.txt"]));
    }

    [Fact]
    public async Task An_empty_folder_may_be_replaced()
    {
        _ = Directory.CreateDirectory(_sandbox["out"]);
        _ = await _sandbox.RequirePlanError(EditError.OutputExists, ErrorCategory.Usage, _edited);
        _ = await _sandbox.Save(_edited, options: Force);
    }

    [Theory]
    [InlineData("out", "out/notes.txt")]
    [InlineData("out", "out")]
    [InlineData("out.safetensors", "out.safetensors")]
    [InlineData("out.safetensors", "out.safetensors/model.safetensors")]
    public async Task What_this_program_did_not_write_is_never_replaced(string output, string existing)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(_sandbox[existing])!);
        await File.WriteAllTextAsync(_sandbox[existing], "precious");
        EditException error = await _sandbox.RequirePlanError(EditError.OutputExists, ErrorCategory.Usage, _edited, Force, output);
        Assert.Contains("remove it yourself", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/base/out")]
    [InlineData("models/base")]
    [InlineData("models")]
    [InlineData("models/base/model.safetensors")]
    public async Task An_output_that_overlaps_an_input_is_refused_even_with_force(string output)
    {
        Checkpoint pretrained = Checkpoint.Open(_sandbox["models/base"]);
        _ = await _sandbox.RequirePlanError(EditError.OutputInsideInput, ErrorCategory.Usage, pretrained, Force, output);
    }

    [Fact]
    public async Task An_overlap_through_a_symbolic_link_is_seen()
    {
        _ = Directory.CreateSymbolicLink(_sandbox["link"], _sandbox["models"]);
        _ = Directory.CreateSymbolicLink(_sandbox["link-of-link"], _sandbox["link/base"]);
        Checkpoint pretrained = Checkpoint.Open(_sandbox["models/base"]);
        _ = await _sandbox.RequirePlanError(EditError.OutputInsideInput, ErrorCategory.Usage, pretrained, Force, "link/base/out");
        _ = await _sandbox.RequirePlanError(EditError.OutputInsideInput, ErrorCategory.Usage, pretrained, Force, "link-of-link/out");
        _ = await _sandbox.RequirePlanError(EditError.OutputInsideInput, ErrorCategory.Usage, Checkpoint.Open(_sandbox["link-of-link"]), Force, "models/base/out");
    }

    [Fact]
    public async Task An_input_whose_weights_are_links_into_the_output_is_refused()
    {
        _ = await _edited.SaveAsync(_sandbox["out"]);
        _ = Directory.CreateDirectory(_sandbox["linked"]);
        _ = File.CreateSymbolicLink(_sandbox["linked/model.safetensors"], _sandbox["out/model.safetensors"]);
        _ = await _sandbox.RequirePlanError(EditError.OutputInsideInput, ErrorCategory.Usage, Checkpoint.Open(_sandbox["linked"]), Force);
    }

    [Fact]
    public async Task A_link_to_a_folder_is_written_through_and_stays_a_link()
    {
        _ = Directory.CreateDirectory(_sandbox["real"]);
        _ = Directory.CreateSymbolicLink(_sandbox["out"], _sandbox["real"]);
        _ = await _edited.SaveAsync(_sandbox["out"], Force);
        Assert.NotNull(new DirectoryInfo(_sandbox["out"]).LinkTarget);
        Assert.True(File.Exists(_sandbox["real/model.safetensors"]));
    }

    [Fact]
    public async Task Links_that_lead_in_a_circle_are_an_error_of_storage()
    {
        _ = Directory.CreateSymbolicLink(_sandbox["one"], _sandbox["two"]);
        _ = Directory.CreateSymbolicLink(_sandbox["two"], _sandbox["one"]);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => _edited.SaveAsync(_sandbox["one/out"]));
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
    }

    [Fact]
    public async Task An_interrupted_edit_is_neither_continued_nor_removed_unasked()
    {
        await Interrupted.LeavePartial(_edited, _sandbox["out"]);
        EditException error = await _sandbox.RequirePlanError(EditError.OutputExists, ErrorCategory.Usage, _edited);
        Assert.Equal(_sandbox["out.partial"], error.File);
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
        _ = await _sandbox.Save(_edited, options: Force);
        Assert.False(Directory.Exists(_sandbox["out.partial"]));
    }

    [Fact]
    public async Task A_file_where_the_partial_folder_belongs_is_an_error_of_the_plan()
    {
        await File.WriteAllTextAsync(_sandbox["out.partial"], "mine");
        _ = await _sandbox.RequirePlanError(EditError.OutputExists, ErrorCategory.Usage, _edited, Force);
    }

    [Fact]
    public async Task What_comes_into_being_while_an_edit_runs_is_not_replaced()
    {
        EditPlan plan = EditPlanner.Plan(_edited, new OutputTarget(_sandbox["out"]), Force);
        _ = Directory.CreateDirectory(_sandbox["out"]);
        await File.WriteAllTextAsync(_sandbox["out/notes.txt"], "precious");
        EditException error = await Assert.ThrowsAsync<EditException>(() => EditExecutor.RunAsync(plan));
        Assert.Equal(EditError.OutputExists, error.Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(_sandbox["out/notes.txt"]));
        Directory.Delete(_sandbox["out"], recursive: true);
        _ = await _sandbox.Save(_edited, options: EditOptions.Default with { Resume = true });
    }

    [Fact]
    public async Task A_folder_that_happens_to_be_named_like_the_replaced_output_is_left_alone()
    {
        _ = await _edited.SaveAsync(_sandbox["out"]);
        _ = Directory.CreateDirectory(_sandbox["out.replaced"]);
        await File.WriteAllTextAsync(_sandbox["out.replaced/notes.txt"], "precious");
        _ = await _sandbox.Save(_pretrained, options: Force);
        Assert.Equal("precious", await File.ReadAllTextAsync(_sandbox["out.replaced/notes.txt"]));
    }

    [Fact]
    public async Task Two_edits_of_one_output_at_once_do_not_mix()
    {
        // The second starts, with force, while the first waits in its report of progress.
        EditPlan first = EditPlanner.Plan(_edited, new OutputTarget(_sandbox["out"]), Force);
        EditPlan second = EditPlanner.Plan(_pretrained, new OutputTarget(_sandbox["out"]), Force);
        EditException? refused = null;
        var progress = new Callback(report =>
        {
            if (report.Phase == EditPhase.Seal)
            {
                refused = Assert.Throws<EditException>(() => EditExecutor.RunAsync(second).GetAwaiter().GetResult());
            }
        });
        _ = await EditExecutor.RunAsync(first, progress);
        Assert.NotNull(refused);
        Assert.Equal(EditError.InUse, refused.Error);
        Assert.Equal(ErrorCategory.InputOutput, refused.Category);
        Assert.Equal([2], TestModel.Values(Checkpoint.Open(_sandbox["out"]), "w"));
    }

    [Fact]
    public async Task A_parent_that_is_a_file_is_an_error_of_storage()
    {
        await File.WriteAllTextAsync(_sandbox["file"], "x");
        StorageException error = await _sandbox.RequireUntouched<StorageException>(() => _edited.SaveAsync(_sandbox["file/out"]));
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
    }
}
