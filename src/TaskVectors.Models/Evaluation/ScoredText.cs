namespace TaskVectors.Models.Evaluation;

/// <summary>A text that a model wrote, and what a classifier says of it.</summary>
/// <param name="Prompt">What the model was given.</param>
/// <param name="Text">What it wrote.</param>
/// <param name="Class">The class chosen for it.</param>
/// <param name="Probability">The probability of the class that is measured; null where scores are cosines.</param>
public sealed record ScoredText(string Prompt, string Text, int Class, double? Probability);
