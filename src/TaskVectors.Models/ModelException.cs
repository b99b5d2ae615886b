namespace TaskVectors.Models;

/// <summary>A checkpoint cannot be run as a model, or not on these inputs.</summary>
public sealed class ModelException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    public ModelException(ModelError error, string message)
        : base(message) => Error = error;

    /// <summary>What went wrong.</summary>
    public ModelError Error { get; }

    /// <inheritdoc/>
    public override string Kind => Error switch
    {
        ModelError.UnknownArchitecture => "model.unknown-architecture",
        ModelError.InvalidConfig => "model.invalid-config",
        ModelError.TensorMismatch => "model.tensor-mismatch",
        _ => "model.invalid-input",
    };

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
