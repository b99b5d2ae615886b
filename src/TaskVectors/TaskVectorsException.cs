namespace TaskVectors;

/// <summary>
/// The base of every error that a user can cause. The message names the file, tensor or key, says what is wrong and what to do.
/// </summary>
public abstract class TaskVectorsException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    /// <param name="innerException">The cause, if another exception revealed the error.</param>
    protected TaskVectorsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>A stable, machine-readable name of the error, such as <c>safetensors.truncated</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Who has to act: see <see cref="ErrorCategory"/>.</summary>
    public abstract ErrorCategory Category { get; }

    /// <summary>The file the error is about, or <see langword="null"/>.</summary>
    public string? File { get; init; }

    /// <summary>The tensor the error is about, or <see langword="null"/>.</summary>
    public string? Tensor { get; init; }
}
