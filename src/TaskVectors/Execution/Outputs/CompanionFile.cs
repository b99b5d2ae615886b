namespace TaskVectors.Execution.Outputs;

/// <summary>A file of the base's folder that holds no weights and goes along with the edited model, such as its tokenizer.</summary>
/// <param name="Source">The full path of the file.</param>
/// <param name="RelativePath">Its path inside the folder, with forward slashes.</param>
/// <param name="Length">Its size in bytes.</param>
public sealed record CompanionFile(string Source, string RelativePath, long Length)
{
    /// <summary>The content where it is not that of <see cref="Source"/>.</summary>
    public ReadOnlyMemory<byte>? Content { get; init; }
}
