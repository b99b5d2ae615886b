namespace TaskVectors.Models.Evaluation;

/// <summary>What an evaluator found.</summary>
public sealed record EvaluationResult
{
    /// <summary>The evaluator's name.</summary>
    public required string Evaluator { get; init; }

    /// <summary>The numbers; the first is the one to choose by.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>The class chosen for each example, in the order of the examples; empty where none is chosen.</summary>
    public IReadOnlyList<int> Predictions { get; init; } = [];

    /// <summary>The texts that were written, in the order of the prompts; empty where none are.</summary>
    public IReadOnlyList<ScoredText> Texts { get; init; } = [];

    /// <summary>The metric of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Metric this[string name] => Metrics.FirstOrDefault(metric => metric.Name == name)
        ?? throw new KeyNotFoundException($"The evaluator '{Evaluator}' has no metric '{name}'; it has {string.Join(", ", Metrics.Select(metric => metric.Name))}.");
}
