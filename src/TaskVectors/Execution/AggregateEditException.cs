namespace TaskVectors.Execution;

/// <summary>Several errors of one plan, reported together before anything is written.</summary>
public sealed class AggregateEditException : TaskVectorsException
{
    /// <summary>Creates the report.</summary>
    /// <param name="errors">Two errors or more.</param>
    public AggregateEditException(IReadOnlyList<TaskVectorsException> errors)
        : base(string.Join("\n", errors.Select(error => error.Message))) => Errors = errors;

    /// <summary>The errors, in the order they were found.</summary>
    public IReadOnlyList<TaskVectorsException> Errors { get; }

    /// <inheritdoc/>
    public override string Kind => "several";

    /// <inheritdoc/>
    public override ErrorCategory Category => Errors[0].Category;

    internal static void ThrowIfAny(IReadOnlyList<TaskVectorsException> errors)
    {
        if (errors.Count == 1)
        {
            throw errors[0];
        }

        if (errors.Count > 1)
        {
            throw new AggregateEditException(errors);
        }
    }
}
