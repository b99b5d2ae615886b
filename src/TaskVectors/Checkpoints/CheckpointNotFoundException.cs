namespace TaskVectors.Checkpoints;

/// <summary>A path that should name a checkpoint names nothing. The message suggests similar names in the same folder.</summary>
public sealed class CheckpointNotFoundException : TaskVectorsException
{
    private const int MaximumEntries = 1000;

    /// <summary>Creates the error; looks into the parent folder for similar names.</summary>
    /// <param name="path">The path that names nothing.</param>
    public CheckpointNotFoundException(string path)
        : base(Describe(path)) => File = path;

    /// <inheritdoc/>
    public override string Kind => "checkpoint.not-found";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;

    private static string Describe(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return $"'{path.Replace("\0", "\\0", StringComparison.Ordinal)}' is no path: it holds a null character.";
        }

        if (path.Length == 0)
        {
            return "No path was given; name a checkpoint file or folder.";
        }

        if (new FileInfo(path) is { Exists: true, LinkTarget: { } target })
        {
            return $"{path} is a symbolic link to {QuotedName.Of(target)}, which does not exist; restore the target, "
                + "or download the file again.";
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null && !Directory.Exists(parent))
        {
            return $"{path} does not exist, and neither does the folder {parent}; check the path.";
        }

        var similar = SimilarNames.Of(Path.GetFileName(full), Entries(parent));
        return similar.Count > 0
            ? $"{path} does not exist; did you mean {string.Join(" or ", similar.Select(QuotedName.Of))}?"
            : $"{path} does not exist; check the path.";
    }

    private static IEnumerable<string> Entries(string? folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 };
        try
        {
            return folder is null
                ? []
                : [.. Directory.EnumerateFileSystemEntries(folder, "*", options)
                    .Take(MaximumEntries)
                    .Select(entry => Path.GetFileName(entry))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
