namespace TaskVectors.Checkpoints;

/// <summary>A file or folder exists but is in none of the supported formats. The message says what was found instead.</summary>
public sealed class UnknownFormatException : TaskVectorsException
{
    /// <summary>Creates the error; looks at the first bytes of the file, or the names in the folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="supportedFormats">The names of the formats that can be read.</param>
    public UnknownFormatException(string path, IEnumerable<string> supportedFormats)
        : base($"{path} {Found(path)} Supported formats: {string.Join(", ", supportedFormats)}.") => File = path;

    /// <inheritdoc/>
    public override string Kind => "checkpoint.unknown-format";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;

    private static string Found(string path) => Directory.Exists(path) ? FoundInFolder(path) : FoundInFile(path);

    private static string FoundInFolder(string path)
    {
        string[] entries = [.. Directory.EnumerateFileSystemEntries(path)
            .Select(entry => Path.GetFileName(entry))
            .Order(StringComparer.Ordinal)];
        return entries.Length == 0
            ? "is an empty folder."
            : $"is a folder without a checkpoint in it; it holds {QuotedName.Of(entries)}.";
    }

    private static string FoundInFile(string path)
    {
        Span<byte> start = stackalloc byte[FileSignature.Length];
        using var file = InputFile.Open(path);
        start = start[..file.Read(0, start)];
        return start.IsEmpty
            ? "is empty."
            : FileSignature.Find(start) is { } signature
                ? $"is {signature.Description}. {signature.Remedy}"
                : $"starts with the bytes {Convert.ToHexStringLower(start[..Math.Min(start.Length, 16)])}, "
                    + "which no known format starts with.";
    }
}
