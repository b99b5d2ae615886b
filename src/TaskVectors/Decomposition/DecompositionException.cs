namespace TaskVectors.Decomposition;

/// <summary>A decomposition cannot be made as asked.</summary>
public sealed class DecompositionException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">Which of the ways a decomposition can fail.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    public DecompositionException(DecompositionError error, string message)
        : base(message) => Error = error;

    /// <summary>Which of the ways a decomposition can fail.</summary>
    public DecompositionError Error { get; }

    /// <inheritdoc/>
    public override string Kind => ErrorKind.Of("decomposition", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.Usage;
}
