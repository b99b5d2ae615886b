namespace TaskVectors.Models.Evaluation;

/// <summary>What a classifier says of a text.</summary>
/// <param name="Class">The class of the highest score; of equal scores the first.</param>
/// <param name="Scores">One a class: logits, or cosines with class prompts.</param>
/// <param name="Probabilities">softmax(scores); empty where the scores are cosines.</param>
public sealed record ClassifiedText(int Class, IReadOnlyList<float> Scores, IReadOnlyList<double> Probabilities);
