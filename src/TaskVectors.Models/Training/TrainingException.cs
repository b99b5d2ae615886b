namespace TaskVectors.Models.Training;

/// <summary>A model cannot be trained so, or training had to stop.</summary>
public sealed class TrainingException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="kind">The stable name, such as <c>training.not-finite</c>.</param>
    /// <param name="message">What is wrong, with what, and the remedy.</param>
    public TrainingException(string kind, string message)
        : base(message) => Kind = kind;

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;

    /// <summary>The step that failed, counted from 1, where one did.</summary>
    public int? Step { get; init; }
}
