using TaskVectors.Execution;
using TaskVectors.Execution.Outputs;

namespace TaskVectors.Tests.Execution;

/// <summary>Putting a folder in the place of another, in one step or two.</summary>
public sealed class SealedOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OutputTarget _target;

    public SealedOutputTests()
    {
        _target = new OutputTarget(_folder["out"]);
        Write("out/file", "old");
        Write("out.partial/file", "new");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_steps_replace_the_earlier_output_and_leave_a_folder_of_the_name_in_between_alone()
    {
        Write("out.replaced/notes", "precious");
        SealedOutput.ReplaceInTwoSteps(_target);
        Assert.Equal("new", File.ReadAllText(_folder["out/file"]));
        Assert.Equal("precious", File.ReadAllText(_folder["out.replaced/notes"]));
        Assert.Equal(["out", "out.replaced"], Entries());
    }

    [Fact]
    public void Two_steps_put_the_earlier_output_back_when_the_new_one_cannot_be_moved()
    {
        Directory.Delete(_folder["out.partial"], recursive: true);
        _ = Assert.ThrowsAny<IOException>(() => SealedOutput.ReplaceInTwoSteps(_target));
        Assert.Equal("old", File.ReadAllText(_folder["out/file"]));
        Assert.Equal(["out"], Entries());
    }

    [Fact]
    public void An_exchange_swaps_both_folders_or_changes_nothing()
    {
        bool exchanged = FolderExchange.TryExchange(_folder["out"], _folder["out.partial"]);
        Assert.Equal(exchanged ? "new" : "old", File.ReadAllText(_folder["out/file"]));
        Assert.Equal(exchanged ? "old" : "new", File.ReadAllText(_folder["out.partial/file"]));
        Assert.False(FolderExchange.TryExchange(_folder["out"], _folder["nowhere"]));
    }

    private IEnumerable<string?> Entries() => Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private void Write(string name, string content)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], content);
    }
}
