using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Generation;

/// <summary>Continued sequences.</summary>
/// <param name="Sequences">[batch, prompt + new]: the prompts as given, and the new tokens.</param>
/// <param name="LogProbabilities">For each sequence, the logarithm of the probability of each new token before any filter.</param>
public sealed record GeneratedText(IndexTensor Sequences, IReadOnlyList<float[]> LogProbabilities);
