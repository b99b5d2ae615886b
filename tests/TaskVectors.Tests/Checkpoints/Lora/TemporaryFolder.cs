namespace TaskVectors.Tests.Checkpoints.Lora;

/// <summary>A folder that is deleted at the end of a test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("taskvectors-lora-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Copies the files of a folder.</summary>
    public string Copy(string folder, string name)
    {
        string target = Directory.CreateDirectory(File(name)).FullName;
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            System.IO.File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), overwrite: true);
        }

        return target;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
