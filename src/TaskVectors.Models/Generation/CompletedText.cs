namespace TaskVectors.Models.Generation;

/// <summary>A prompt and what a model wrote.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Text">What follows it; of an encoder-decoder, what it says of it. Special tokens are left out.</param>
/// <param name="PromptIds">The tokens of the prompt, special ones included.</param>
/// <param name="Ids">The new tokens, the one that ends the text included.</param>
/// <param name="LogProbabilities">The logarithm of the probability of each new token before any filter.</param>
/// <param name="IsEnded">Whether the model ended the text, rather than the limit of tokens.</param>
public sealed record CompletedText(
    string Prompt, string Text, IReadOnlyList<int> PromptIds, IReadOnlyList<int> Ids, IReadOnlyList<float> LogProbabilities, bool IsEnded);
