using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>An interrupted edit goes on where it stopped, and ends in the bytes of an undisturbed one.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Tensors = 12;

    private static readonly EditOptions Resume = EditOptions.Default with { Resume = true };

    private readonly EditSandbox _sandbox = new();
    private readonly Checkpoint _pretrained;
    private readonly Checkpoint _finetuned;

    public ResumeTests()
    {
        _pretrained = _sandbox.Model("base", Tensor(1));
        _finetuned = _sandbox.Model("finetuned", Tensor(2));
    }

    private Checkpoint Edited => _pretrained + (0.3 * (_finetuned - _pretrained));

    private string Journal => Directory.EnumerateFiles(_sandbox["out.partial"], "*journal*").Single();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_cancelled_edit_keeps_what_is_finished_and_resumes_to_the_same_bytes()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        int finished = (await File.ReadAllLinesAsync(Journal)).Length - 1;
        Assert.InRange(finished, 1, Tensors - 1);
        await RequireSameAsUndisturbed(Resume);
    }

    [Fact]
    public async Task Other_threads_and_memory_may_finish_it()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        await RequireSameAsUndisturbed(Resume with { Threads = 5, Memory = 1L << 30 });
    }

    [Fact]
    public async Task A_torn_last_line_of_the_journal_is_ignored()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        using (FileStream stream = File.OpenWrite(Journal))
        {
            stream.SetLength(stream.Length - 9);
        }

        await RequireSameAsUndisturbed(Resume);
    }

    [Fact]
    public async Task A_torn_first_line_of_the_journal_starts_again()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        using (FileStream stream = File.OpenWrite(Journal))
        {
            stream.SetLength(9);
        }

        // Interrupted again: the journal that was begun anew must itself be good.
        await Interrupted.LeavePartial(Edited, _sandbox["out"], Resume);
        await RequireSameAsUndisturbed(Resume);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_journal_everything_is_made_again_and_nothing_stale_gets_in(bool empty)
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        string journal = Journal;
        File.Delete(journal);
        if (empty)
        {
            await File.WriteAllBytesAsync(journal, []);
        }

        await File.WriteAllTextAsync(_sandbox["out.partial/stale.txt"], "stale");
        _ = Directory.CreateDirectory(_sandbox["out.partial/stale"]);
        await RequireSameAsUndisturbed(Resume);
        Assert.False(Path.Exists(_sandbox["out/stale.txt"]));
        Assert.False(Path.Exists(_sandbox["out/stale"]));
    }

    [Fact]
    public async Task A_tensor_that_was_damaged_meanwhile_is_made_again()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        string path = _sandbox["out.partial/model.safetensors"];
        byte[] bytes = await File.ReadAllBytesAsync(path);
        foreach (PlacedTensor placed in SafetensorsHeader.Read(path).Tensors)
        {
            bytes[placed.Offset] ^= 1;
        }

        await File.WriteAllBytesAsync(path, bytes);
        await RequireSameAsUndisturbed(Resume);
    }

    [Fact]
    public async Task Partial_weights_that_are_gone_are_made_again()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        File.Delete(_sandbox["out.partial/model.safetensors"]);
        await RequireSameAsUndisturbed(Resume);
    }

    [Fact]
    public async Task Nothing_to_resume_is_a_usage_error()
    {
        EditException error = await _sandbox.RequirePlanError(EditError.NothingToResume, ErrorCategory.Usage, Edited, Resume);
        Assert.Contains("without --resume", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coefficient")]
    [InlineData("dtype")]
    [InlineData("digest")]
    [InlineData("seed")]
    public async Task Another_edit_is_not_resumed(string difference)
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        (Checkpoint edited, EditOptions options) = difference switch
        {
            "coefficient" => (_pretrained + (0.4 * (_finetuned - _pretrained)), Resume),
            "dtype" => (Edited, Resume with { OutputDType = DType.F32 }),
            "digest" => (Edited, Resume with { Digest = DigestAlgorithm.Sha256 }),
            _ => (Edited, Resume with { Rounding = Rounding.Stochastic, Seed = 7 }),
        };
        EditException error = await _sandbox.RequirePlanError(EditError.ResumeMismatch, ErrorCategory.Usage, edited, options);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_whose_input_was_replaced_meanwhile_is_not_resumed()
    {
        await Interrupted.LeavePartial(Edited, _sandbox["out"]);
        ReplaceUnsampledByte("finetuned");
        _ = await _sandbox.RequirePlanError(EditError.ResumeMismatch, ErrorCategory.Usage, Edited, Resume);
    }

    [Fact]
    public async Task An_input_that_changes_between_plan_and_run_is_an_error_before_anything_is_written()
    {
        EditPlan plan = EditPlanner.Plan(Edited, new OutputTarget(_sandbox["out"]), EditOptions.Default);
        ReplaceUnsampledByte("finetuned");
        EditException error = await _sandbox.RequireUntouched<EditException>(() => EditExecutor.RunAsync(plan));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.Equal(_sandbox["finetuned.safetensors"], error.File);
    }

    [Fact]
    public async Task An_input_that_changes_during_the_run_is_an_error_and_no_output_appears()
    {
        EditPlan plan = EditPlanner.Plan(Edited, new OutputTarget(_sandbox["out"]), EditOptions.Default);
        var progress = new Callback(report =>
        {
            if (report.Phase == EditPhase.Seal)
            {
                ReplaceUnsampledByte("base");
            }
        });
        EditException error = await Assert.ThrowsAsync<EditException>(() => EditExecutor.RunAsync(plan, progress));
        Assert.Equal(EditError.InputChanged, error.Error);
        Assert.False(Path.Exists(_sandbox["out"]));
    }

    [Fact]
    public async Task An_input_that_shrinks_between_plan_and_run_is_an_error_before_anything_is_written()
    {
        EditPlan plan = EditPlanner.Plan(Edited, new OutputTarget(_sandbox["out"]), EditOptions.Default);
        using (FileStream stream = OpenAsAnotherProgram(_sandbox["finetuned.safetensors"]))
        {
            stream.SetLength(stream.Length / 2);
        }

        SafetensorsException error = await _sandbox.RequireUntouched<SafetensorsException>(() => EditExecutor.RunAsync(plan));
        Assert.Equal(SafetensorsError.ChangedSinceOpened, error.Error);
        Assert.Equal(ErrorCategory.BadInput, error.Category);
    }

    [Fact]
    public async Task An_input_that_shrinks_while_it_is_read_is_an_error_and_no_output_appears()
    {
        EditPlan plan = EditPlanner.Plan(Edited, new OutputTarget(_sandbox["out"]), EditOptions.Default);
        var progress = new Callback(report =>
        {
            if (report is { Phase: EditPhase.Run, BytesDone: 0 })
            {
                using FileStream stream = OpenAsAnotherProgram(_sandbox["finetuned.safetensors"]);
                stream.SetLength(stream.Length / 2);
            }
        });
        SafetensorsException error = await Assert.ThrowsAsync<SafetensorsException>(() => EditExecutor.RunAsync(plan, progress));
        Assert.Equal(SafetensorsError.ChangedSinceOpened, error.Error);
        Assert.False(Path.Exists(_sandbox["out"]));
    }

    [Fact]
    public async Task An_edit_that_is_cancelled_from_the_start_leaves_no_output()
    {
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Edited.SaveAsync(_sandbox["out"], cancellationToken: new CancellationToken(canceled: true)));
        Assert.False(Path.Exists(_sandbox["out"]));
    }

    [Fact]
    public async Task A_report_of_progress_that_throws_stops_the_edit_with_that_exception()
    {
        var progress = new Callback(report => _ = report.BytesDone > 0 ? throw new InvalidTimeZoneException() : 0);
        _ = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Edited.SaveAsync(_sandbox["out"], progress: progress));
    }

    private static (string Name, DType DType, double[] Values)[] Tensor(int seed) =>
        [.. Enumerable.Range(0, Tensors).Select(index => ($"layers.{index:D2}.weight", DType.BF16, TestModel.Numbers((100 * seed) + index, 60_000)))];

    // Other programs heed no locks.
    private static FileStream OpenAsAnotherProgram(string path) => new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    // A byte that the fingerprint's samples do not cover; the size stays.
    private void ReplaceUnsampledByte(string model)
    {
        string path = _sandbox[model + ".safetensors"];
        DateTime before = File.GetLastWriteTimeUtc(path);
        long start = SafetensorsHeader.Read(path).Tensors[0].Offset;
        using (FileStream stream = OpenAsAnotherProgram(path))
        {
            stream.Position = start + 100_001;
            stream.WriteByte(0x3e);
        }

        File.SetLastWriteTimeUtc(path, before.AddSeconds(1));
    }

    private async Task RequireSameAsUndisturbed(EditOptions resume)
    {
        _ = await Edited.SaveAsync(_sandbox["undisturbed"]);
        _ = await Edited.SaveAsync(_sandbox["out"], resume);
        Assert.Equal(await File.ReadAllBytesAsync(_sandbox["undisturbed/model.safetensors"]), await File.ReadAllBytesAsync(_sandbox["out/model.safetensors"]));
        Assert.False(Directory.Exists(_sandbox["out.partial"]));
        Manifest left = Manifest.Load(OutputTarget.FindManifest(_sandbox["undisturbed"]));
        Manifest right = Manifest.Load(OutputTarget.FindManifest(_sandbox["out"]));
        Assert.Equal(left.Files.ToArray(), right.Files.ToArray());
        Assert.Equal(left.RoundingNorm, right.RoundingNorm);
        Assert.Equal(left.EditNorm, right.EditNorm);
        Assert.Equal(left.Inputs.Select(input => input.Hash), right.Inputs.Select(input => input.Hash));
        Assert.Equal(
            Directory.EnumerateFileSystemEntries(_sandbox["undisturbed"]).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.EnumerateFileSystemEntries(_sandbox["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
