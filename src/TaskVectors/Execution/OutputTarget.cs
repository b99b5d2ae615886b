using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Execution;

/// <summary>
/// Where an edit goes: a folder, or a single file when the path ends in <c>.safetensors</c>. Work in progress lies beside it in
/// <c>PATH.partial</c>, on the same file system, so that sealing is a rename.
/// </summary>
public sealed class OutputTarget
{
    /// <summary>The name of the manifest in an output folder.</summary>
    public const string ManifestFileName = "taskvec.manifest.json";

    private const string SingleFileExtension = ".safetensors";

    /// <summary>Names the target.</summary>
    /// <param name="path">A folder, or a file that ends in <c>.safetensors</c>.</param>
    /// <exception cref="EditException">The path is an extension without a name.</exception>
    /// <exception cref="StorageException">Symbolic links on the way lead nowhere.</exception>
    public OutputTarget(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            Path = RealPath.Of(System.IO.Path.TrimEndingDirectorySeparator(path));
        }
        catch (IOException error)
        {
            throw new StorageException(path, $"The output '{path}' cannot be found: {error.Message}", error);
        }

        IsSingleFile = Path.EndsWith(SingleFileExtension, StringComparison.OrdinalIgnoreCase);
        if (IsSingleFile && Stem.Length == 0)
        {
            throw new EditException(EditError.InvalidOption, $"The output '{path}' has an extension and no name; write NAME{SingleFileExtension}.") { File = Path };
        }
    }

    /// <summary>The full path of the output, symbolic links resolved.</summary>
    public string Path { get; }

    /// <summary>Whether the output is one file rather than a folder.</summary>
    public bool IsSingleFile { get; }

    /// <summary>The folder in which the output is made before it is renamed into place.</summary>
    public string PartialFolder => Path + ".partial";

    /// <summary>Where the manifest is once the output is sealed.</summary>
    public string ManifestPath => IsSingleFile ? Path + ".manifest.json" : System.IO.Path.Combine(Path, ManifestFileName);

    internal string Stem => IsSingleFile ? System.IO.Path.GetFileNameWithoutExtension(Path) : "model";

    internal bool Exists => System.IO.Path.Exists(Path) || (IsSingleFile && System.IO.Path.Exists(ManifestPath));

    /// <summary>The target of a file that belongs to this output: its path without extension, a dot, a name and <c>.safetensors</c>.</summary>
    /// <param name="name">The name; no path.</param>
    public OutputTarget Beside(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string stem = IsSingleFile ? Path[..^SingleFileExtension.Length] : Path;
        return name.AsSpan().ContainsAny(System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar)
            ? throw new ArgumentException($"'{name}' is a path; a name is needed.", nameof(name))
            : new OutputTarget($"{stem}.{name}{SingleFileExtension}");
    }

    /// <summary>Finds the manifest of an output on disk: of a folder, of a single file, or the manifest itself.</summary>
    /// <exception cref="EditException">There is none.</exception>
    public static string FindManifest(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string manifest = Directory.Exists(full) ? System.IO.Path.Combine(full, ManifestFileName)
            : full.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? full
            : full + ".manifest.json";
        return File.Exists(manifest)
            ? manifest
            : throw new EditException(EditError.InvalidManifest, $"'{path}' has no manifest ({System.IO.Path.GetFileName(manifest)}): it was not written by this program, or the manifest was removed.") { File = manifest };
    }

    /// <summary>Checks that writing here destroys nothing: every reason against it is an error.</summary>
    internal IEnumerable<EditException> Check(IEnumerable<CheckpointSource> inputs, bool force, bool resume)
    {
        if (FindOverlap(inputs) is { } overlap)
        {
            yield return overlap;
            yield break;
        }

        if (FindObstacle(force) is { } obstacle)
        {
            yield return obstacle;
        }

        if (File.Exists(PartialFolder))
        {
            yield return new EditException(
                EditError.OutputExists, $"'{PartialFolder}' is a file, and the output is made in a folder of that name; move the file, or choose another output.")
            { File = PartialFolder };
            yield break;
        }

        if (Directory.Exists(PartialFolder) && !force && !resume)
        {
            yield return new EditException(
                EditError.OutputExists, $"'{PartialFolder}' holds an interrupted edit; pass --resume to continue it or --force to start again.")
            { File = PartialFolder };
        }

        if (resume && !Directory.Exists(PartialFolder))
        {
            yield return new EditException(EditError.NothingToResume, $"There is no interrupted edit at '{PartialFolder}'; run without --resume.") { File = PartialFolder };
        }
    }

    /// <summary>Checks that the output replaces nothing it may not: by hand, or once more before it is renamed into place.</summary>
    /// <param name="force">Whether an output of this program may be replaced.</param>
    /// <exception cref="EditException">Something is there, or has come into being there since the edit was planned.</exception>
    public void RequireFree(bool force)
    {
        if (FindObstacle(force) is { } obstacle)
        {
            throw obstacle;
        }
    }

    /// <summary>Checks that writing here destroys nothing that a checkpoint is made of.</summary>
    /// <param name="checkpoint">The checkpoint, stored or an edit.</param>
    /// <exception cref="EditException">It would.</exception>
    public void RequireApart(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        IEnumerable<CheckpointSource> sources = checkpoint.Form.WithArguments().SelectMany(form => form.Terms).Select(term => term.Source);
        if (FindOverlap(sources.Where(source => source is not ComputedSource)) is { } overlap)
        {
            throw overlap;
        }
    }

    private EditException? FindOverlap(IEnumerable<CheckpointSource> inputs)
    {
        foreach (CheckpointSource input in inputs)
        {
            string inputPath = RealPath.Of(input.Path);
            if (RealPath.IsWithin(Path, inputPath) || input.Files.Select(file => RealPath.Of(file.Path)).Append(inputPath).Any(IsOverwritten))
            {
                return new EditException(
                    EditError.OutputInsideInput, $"The output '{Path}' and the input '{inputPath}' overlap; choose an output outside every input.")
                { File = Path };
            }
        }

        return null;
    }

    private EditException? FindObstacle(bool force)
    {
        string? message = !Exists ? null
            : !force ? $"The output '{Path}' exists; choose another, or pass --force to replace it."
            : !IsReplaceable() ? $"The output '{Path}' exists and was not written by this program (it has no manifest), so --force does not replace it; remove it yourself."
            : null;
        return message is null ? null : new EditException(EditError.OutputExists, message) { File = Path };
    }

    private bool IsOverwritten(string inputPath) =>
        RealPath.IsWithin(inputPath, Path) || RealPath.IsWithin(inputPath, PartialFolder) || (IsSingleFile && inputPath == ManifestPath);

    private bool IsReplaceable() => IsSingleFile
        ? !Directory.Exists(Path) && File.Exists(ManifestPath)
        : Directory.Exists(Path) && (File.Exists(ManifestPath) || !Directory.EnumerateFileSystemEntries(Path).Any());
}
