namespace TaskVectors.Merging;

/// <summary>A merge was asked for wrongly: an unknown method or parameter, a value out of range, too few task vectors.</summary>
public sealed class MergeException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">Which of the ways.</param>
    /// <param name="message">What is wrong, and what to write instead.</param>
    public MergeException(MergeError error, string message)
        : base(message) => Error = error;

    /// <summary>Which of the ways.</summary>
    public MergeError Error { get; }

    /// <inheritdoc/>
    public override string Kind => ErrorKind.Of("merge", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.Usage;
}
