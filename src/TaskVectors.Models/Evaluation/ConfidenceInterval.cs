namespace TaskVectors.Models.Evaluation;

/// <summary>The range in which a measured number lies with 95 % confidence.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
