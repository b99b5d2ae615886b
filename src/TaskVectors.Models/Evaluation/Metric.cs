namespace TaskVectors.Models.Evaluation;

/// <summary>A number that an evaluator found, and how far it can be trusted.</summary>
/// <param name="Name">What it is, such as <c>accuracy</c> (0 to 1) or <c>perplexity</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Interval">Where it lies with 95 % confidence, for other examples from the same source.</param>
/// <param name="Count">The examples, or the tokens, behind it.</param>
public sealed record Metric(string Name, double Value, ConfidenceInterval Interval, int Count);
