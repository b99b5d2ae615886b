namespace TaskVectors.Models.Generation;

/// <summary>How well a language model foresees a text.</summary>
/// <param name="LogProbabilities">One a token, in the window that scores it; 0 where a token is not scored.</param>
/// <param name="ScoredTokens">How many are.</param>
/// <param name="Windows">The number of windows.</param>
/// <param name="MeanLoss">-sum of the logarithms / scored tokens.</param>
public sealed record PerplexityResult(float[] LogProbabilities, int ScoredTokens, int Windows, double MeanLoss)
{
    /// <summary>e^<see cref="MeanLoss"/>.</summary>
    public double Perplexity => Math.Exp(MeanLoss);
}
