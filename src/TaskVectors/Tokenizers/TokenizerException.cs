namespace TaskVectors.Tokenizers;

/// <summary>The tokenizer of a model is missing, malformed or unsupported. <see cref="Error"/> says in which way.</summary>
public sealed class TokenizerException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">The way in which the tokenizer is wrong.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="message">What is wrong and what to do; the file's name is put in front.</param>
    /// <param name="innerException">The cause, if another exception revealed the error.</param>
    public TokenizerException(TokenizerError error, string file, string message, Exception? innerException = null)
        : base($"{file}: {message}", innerException)
    {
        Error = error;
        File = file;
    }

    /// <summary>The way in which the tokenizer is wrong.</summary>
    public TokenizerError Error { get; }

    /// <summary><c>tokenizer.</c> and the name of <see cref="Error"/> in kebab case, such as <c>tokenizer.invalid-file</c>.</summary>
    public override string Kind => ErrorKind.Of("tokenizer", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
