namespace TaskVectors.Models.Statistics;

/// <summary>Statistics of a model cannot be made.</summary>
/// <param name="kind">The kind of error.</param>
/// <param name="message">What is wrong, and what to do.</param>
public sealed class StatisticsException(string kind, string message) : TaskVectorsException(message)
{
    /// <inheritdoc/>
    public override string Kind { get; } = kind;

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
