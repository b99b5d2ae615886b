namespace TaskVectors.Models.Evaluation;

/// <summary>From the scores of classes to a choice and its probability. In F64.</summary>
internal static class ClassScores
{
    /// <summary>The first of the highest scores, and log(sum of e^score).</summary>
    public static (int Best, double LogSum) Judge(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        double sum = 0;
        foreach (float score in scores)
        {
            sum += Math.Exp((double)score - scores[best]);
        }

        return (best, Math.Log(sum) + scores[best]);
    }

    public static ModelException NotFinite(string what) => new(
        ModelError.InvalidInput, $"The scores of {what} are not finite: weights are NaN or infinite, or the edit's coefficient is too large.");
}
