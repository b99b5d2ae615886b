namespace TaskVectors.Checkpoints.Lora;

/// <summary>A LoRA adapter is malformed, unsupported, or does not fit its base. <see cref="Error"/> says in which way.</summary>
public sealed class LoraException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">The way in which the adapter is wrong.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="message">What is wrong and what to do; the file's name is put in front.</param>
    /// <param name="tensor">The tensor concerned, if any.</param>
    /// <param name="innerException">The cause, if another exception revealed the error.</param>
    public LoraException(LoraError error, string file, string message, string? tensor = null, Exception? innerException = null)
        : base($"{file}: {message}", innerException)
    {
        Error = error;
        File = file;
        Tensor = tensor;
    }

    /// <summary>The way in which the adapter is wrong.</summary>
    public LoraError Error { get; }

    /// <summary><c>lora.</c> and the name of <see cref="Error"/> in kebab case, such as <c>lora.missing-factor</c>.</summary>
    public override string Kind => ErrorKind.Of("lora", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
