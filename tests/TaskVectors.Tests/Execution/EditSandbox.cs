using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>A folder with small models for one test, and the questions that tests of failing edits ask of it.</summary>
internal sealed class EditSandbox : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string this[string name] => _folder[name];

    public string Root => _folder.Path;

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes <c>NAME.safetensors</c> with tensors of one dimension.</summary>
    public Checkpoint Model(string name, params (string Name, DType DType, double[] Values)[] tensors) =>
        TestModel.Write(_folder[name + ".safetensors"], tensors);

    /// <summary>Writes <c>NAME.safetensors</c> with bytes as given.</summary>
    public Checkpoint Raw(string name, IEnumerable<(TensorInfo Tensor, byte[] Bytes)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string path = _folder[name.EndsWith(".safetensors", StringComparison.Ordinal) ? name : name + ".safetensors"];
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafetensorsFile.Write(path, tensors.Select(tensor => (tensor.Tensor, (ReadOnlyMemory<byte>)tensor.Bytes)), metadata);
        return Checkpoint.Open(path);
    }

    /// <summary>Saves to <c>NAME</c> and opens the result.</summary>
    public async Task<Checkpoint> Save(Checkpoint edited, string name = "out", EditOptions? options = null)
    {
        _ = await edited.SaveAsync(_folder[name], options);
        return Checkpoint.Open(_folder[name]);
    }

    /// <summary>Requires one error of a kind, that planning it wrote nothing, and that no file in the sandbox was touched.</summary>
    public async Task<EditException> RequirePlanError(EditError error, ErrorCategory category, Checkpoint edited, EditOptions? options = null, string output = "out")
    {
        EditException thrown = await RequireUntouched<EditException>(() => edited.SaveAsync(_folder[output], options));
        Assert.Equal(error, thrown.Error);
        Assert.Equal(category, thrown.Category);
        return thrown;
    }

    /// <summary>Requires an exception after which every file and folder is what it was.</summary>
    public async Task<TException> RequireUntouched<TException>(Func<Task> action)
        where TException : Exception
    {
        SortedDictionary<string, string> before = Snapshot();
        TException thrown = await Assert.ThrowsAsync<TException>(action);
        Assert.Equal(before, Snapshot());
        return thrown;
    }

    /// <summary>Every file with its content, and every folder.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories))
        {
            content[path] = File.Exists(path) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))) : "folder";
        }

        return content;
    }
}
