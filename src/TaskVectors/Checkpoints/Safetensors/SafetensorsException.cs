namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>A safetensors file, index or folder is malformed. <see cref="Error"/> says in which way.</summary>
public sealed class SafetensorsException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">The way in which the file is wrong.</param>
    /// <param name="file">The file or folder.</param>
    /// <param name="message">What is wrong and what to do; the file's name is put in front.</param>
    /// <param name="tensor">The tensor concerned, if any.</param>
    /// <param name="innerException">The cause, if another exception revealed the error.</param>
    public SafetensorsException(
        SafetensorsError error, string file, string message, string? tensor = null, Exception? innerException = null)
        : base($"{file}: {message}", innerException)
    {
        Error = error;
        File = file;
        Tensor = tensor;
    }

    /// <summary>The way in which the file is wrong.</summary>
    public SafetensorsError Error { get; }

    /// <summary><c>safetensors.</c> and the name of <see cref="Error"/> in kebab case, such as <c>safetensors.trailing-data</c>.</summary>
    public override string Kind => ErrorKind.Of("safetensors", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
