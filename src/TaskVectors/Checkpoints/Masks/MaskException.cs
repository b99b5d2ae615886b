namespace TaskVectors.Checkpoints.Masks;

/// <summary>A mask is malformed, or does not fit the models it is of. <see cref="Error"/> says in which way.</summary>
public sealed class MaskException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">The way in which the mask is wrong.</param>
    /// <param name="file">The file.</param>
    /// <param name="message">What is wrong and what to do; the file's name is put in front.</param>
    /// <param name="tensor">The tensor concerned, if any.</param>
    public MaskException(MaskError error, string file, string message, string? tensor = null)
        : base($"{file}: {message}")
    {
        Error = error;
        File = file;
        Tensor = tensor;
    }

    /// <summary>The way in which the mask is wrong.</summary>
    public MaskError Error { get; }

    /// <summary><c>mask.</c> and the name of <see cref="Error"/> in kebab case, such as <c>mask.missing-model</c>.</summary>
    public override string Kind => ErrorKind.Of("mask", Error);

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
