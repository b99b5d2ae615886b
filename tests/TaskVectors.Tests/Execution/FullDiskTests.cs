using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>
/// Disks that are full, or become so. Where the system does not let a small disk be mounted, the check of the plan is asked directly, and a
/// folder in the way of a file to be written takes the place of the full disk.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Tensors = 8;
    private const int Elements = 20_000;
    private const int DiskKibibytes = 1_024;

    private readonly EditSandbox _sandbox = new();
    private readonly Checkpoint _pretrained;
    private readonly Checkpoint _finetuned;

    public FullDiskTests()
    {
        _pretrained = _sandbox.Model("base", Values(1));
        _finetuned = _sandbox.Model("finetuned", Values(2));
    }

    private Checkpoint Edited => _pretrained + (0.3 * (_finetuned - _pretrained));

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void A_disk_that_is_too_small_is_an_error_of_the_plan()
    {
        using SmallDisk? disk = SmallDisk.TryMount(_sandbox["disk"], 256);
        if (disk is null)
        {
            RequireNoSpace(() => EditPlanner.RequireSpace(needed: 2_000, free: 1_999, _sandbox["out"]));
            EditPlanner.RequireSpace(needed: 2_000, free: 2_000, _sandbox["out"]);
            return;
        }

        RequireNoSpace(() => EditPlanner.Plan(Edited, new OutputTarget(Path.Combine(disk.Path, "out")), EditOptions.Default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out.safetensors")]
    public async Task A_disk_that_fills_up_during_the_run_is_an_error_of_storage_and_the_edit_can_go_on_when_there_is_space(string output)
    {
        using SmallDisk? disk = SmallDisk.TryMount(_sandbox["disk"], DiskKibibytes);
        string folder = disk?.Path ?? _sandbox["disk"];
        string path = Path.Combine(folder, output);
        string filler = Path.Combine(folder, "filler");
        EditPlan plan = EditPlanner.Plan(Edited, new OutputTarget(path), EditOptions.Default with { Threads = 1 });
        string obstacle = Path.Combine(path + ".partial", OutputTarget.ManifestFileName);
        if (disk is not null)
        {
            File.WriteAllBytes(filler, new byte[DiskKibibytes * 1_024 / 2]);
        }

        var progress = new Callback(report =>
        {
            if (disk is null && report.Phase == EditPhase.Seal)
            {
                _ = Directory.CreateDirectory(obstacle);
            }
        });
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => EditExecutor.RunAsync(plan, progress));
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(path + ".partial"));
        Assert.False(Path.Exists(path));

        if (disk is not null)
        {
            // Still full: sparse files do not count as space that could be reclaimed.
            RequireNoSpace(() => EditPlanner.Plan(Edited, new OutputTarget(path), EditOptions.Default with { Resume = true }));
            File.Delete(filler);
        }
        else
        {
            Directory.Delete(obstacle);
        }

        _ = await Edited.SaveAsync(path, EditOptions.Default with { Resume = true });
        _ = await Edited.SaveAsync(_sandbox[output]);
        foreach (TensorInfo tensor in _pretrained.Tensors)
        {
            Assert.Equal(TestModel.Bytes(Checkpoint.Open(_sandbox[output]), tensor.Name), TestModel.Bytes(Checkpoint.Open(path), tensor.Name));
        }
    }

    [Fact]
    public void A_sparse_file_takes_the_space_of_what_was_written()
    {
        string path = _sandbox["sparse"];
        using (var stream = new FileStream(path, FileMode.Create))
        {
            stream.SetLength(64 << 20);
            stream.Position = 32 << 20;
            stream.Write(new byte[100_000]);
        }

        long used = SparseFile.BytesOnDisk(new FileInfo(path));
        Assert.InRange(used, 100_000, OperatingSystem.IsLinux() ? 1 << 20 : 64 << 20);
    }

    private static void RequireNoSpace(Action action)
    {
        EditException error = Assert.Throws<EditException>(action);
        Assert.Equal(EditError.NotEnoughSpace, error.Error);
        Assert.Equal(ErrorCategory.InputOutput, error.Category);
        Assert.Contains("free", error.Message, StringComparison.Ordinal);
    }

    private static (string Name, DType DType, double[] Values)[] Values(int seed) =>
        [.. Enumerable.Range(0, Tensors).Select(index => ($"layers.{index}", DType.F32, TestModel.Numbers((10 * seed) + index, Elements)))];
}
