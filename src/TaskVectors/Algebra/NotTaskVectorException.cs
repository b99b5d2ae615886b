namespace TaskVectors.Algebra;

/// <summary>A path that should name a task vector names a checkpoint.</summary>
public sealed class NotTaskVectorException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The path of the checkpoint.</param>
    public NotTaskVectorException(string path)
        : base($"{path} is a checkpoint; only adapters and stored task vectors can be added to a model. Subtract its base from it first.") => File = path;

    /// <inheritdoc/>
    public override string Kind => "edit.not-a-task-vector";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
