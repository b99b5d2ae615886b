namespace TaskVectors.Checkpoints;

/// <summary>Reading or writing failed for a reason outside the files' content: permissions, a full disk, a device.</summary>
public sealed class StorageException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file concerned.</param>
    /// <param name="message">What failed, and the remedy.</param>
    /// <param name="innerException">The system's own error.</param>
    public StorageException(string file, string message, Exception? innerException = null)
        : base(message, innerException) => File = file;

    /// <inheritdoc/>
    public override string Kind => "storage";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.InputOutput;
}
