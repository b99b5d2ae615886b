namespace TaskVectors.Models.Tokenizers;

/// <summary>A tokenizer file is missing, malformed or of an unknown kind, or a text or token cannot be converted with it.</summary>
public sealed class TokenizerException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">The stable name, such as <c>tokenizer.malformed</c>.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    /// <param name="innerException">The cause.</param>
    public TokenizerException(string kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
