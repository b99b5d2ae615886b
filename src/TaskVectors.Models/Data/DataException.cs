namespace TaskVectors.Models.Data;

/// <summary>A data set, picture or text file is missing, malformed or does not fit what is asked of it.</summary>
public sealed class DataException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">The stable name, such as <c>data.truncated</c>.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    /// <param name="innerException">The cause.</param>
    public DataException(string kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;

    /// <summary>An error about a file.</summary>
    internal static DataException About(string file, string kind, string what, Exception? innerException = null) =>
        new(kind, $"{file}: {what}", innerException) { File = file };
}
