namespace TaskVectors.Models.Evaluation;

/// <summary>A question with answers to choose from, as tokens.</summary>
/// <param name="Context">The tokens in front of every answer, at least one.</param>
/// <param name="Choices">The tokens of each answer, at least one each; at least two answers.</param>
/// <param name="Label">Which answer is right, from 0.</param>
public sealed record ChoiceExample(IReadOnlyList<int> Context, IReadOnlyList<IReadOnlyList<int>> Choices, int Label);
