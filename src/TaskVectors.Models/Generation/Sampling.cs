using TaskVectors.Tensors;

namespace TaskVectors.Models.Generation;

/// <summary>From scores to probabilities and choices. All in F64.</summary>
public static class Sampling
{
    /// <summary>The probabilities of tokens after temperature, top-k, top-p and min-p, in this order.</summary>
    /// <param name="logits">One score a token.</param>
    /// <param name="options">What is kept.</param>
    /// <returns>Probabilities that sum to 1; 0 for what is not kept.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static double[] Probabilities(ReadOnlySpan<float> logits, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        double[] scores = new double[logits.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = logits[i] / options.Temperature;
        }

        KeepLargest(scores, options.TopK);
        double[] probabilities = Softmax(scores);
        if (KeepMass(scores, probabilities, options.TopP) | KeepLikely(scores, probabilities, options.MinP))
        {
            probabilities = Softmax(scores);
        }

        return probabilities;
    }

    /// <summary>Lowers the scores of tokens that have occurred (Keskar et al., "CTRL", 2019, section 4.1), each once.</summary>
    /// <param name="logits">One score a token, changed in place.</param>
    /// <param name="ids">The tokens that have occurred.</param>
    /// <param name="penalty">Above 1 lowers; 1 changes nothing.</param>
    public static void Penalize(Span<float> logits, ReadOnlySpan<int> ids, double penalty)
    {
        HashSet<int> seen = [];
        foreach (int id in ids)
        {
            if (seen.Add(id))
            {
                logits[id] = (float)(logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty);
            }
        }
    }

    /// <summary>The first of the largest scores.</summary>
    /// <param name="logits">At least one score.</param>
    public static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    /// <summary>Chooses a token. The choice depends on the seed, the sequence and the step alone, not on what else is in the batch.</summary>
    /// <param name="logits">One score a token.</param>
    /// <param name="options">How to choose.</param>
    /// <param name="sequence">The number of the sequence.</param>
    /// <param name="step">The number of the token among the new ones of the sequence.</param>
    public static int Choose(ReadOnlySpan<float> logits, SamplingOptions options, int sequence, int step)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.IsGreedy)
        {
            return IndexOfLargest(logits);
        }

        double[] probabilities = Probabilities(logits, options);
        double left = Philox4x32.Uniform(PhiloxKey.Create(options.Seed, "generation", $"{sequence}"), step);
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] > 0)
            {
                last = i;
                left -= probabilities[i];
                if (left < 0)
                {
                    return i;
                }
            }
        }

        return last;
    }

    private static void KeepLargest(double[] scores, int count)
    {
        if (count <= 0 || count >= scores.Length)
        {
            return;
        }

        double[] sorted = [.. scores];
        Array.Sort(sorted);
        double least = sorted[^count];
        Drop(scores, index => scores[index] < least);
    }

    /// <summary>Drops the least likely tokens, one after another, as long as what is dropped does not exceed 1 - p.</summary>
    private static bool KeepMass(double[] scores, double[] probabilities, double mass)
    {
        if (mass >= 1)
        {
            return false;
        }

        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort([.. scores], order);
        double dropped = 0;
        for (int i = 0; i < order.Length - 1; i++)
        {
            dropped += probabilities[order[i]];
            if (dropped > 1 - mass)
            {
                break;
            }

            scores[order[i]] = double.NegativeInfinity;
        }

        return true;
    }

    private static bool KeepLikely(double[] scores, double[] probabilities, double share)
    {
        if (share <= 0)
        {
            return false;
        }

        double least = share * probabilities.Max();
        Drop(scores, index => probabilities[index] < least);
        return true;
    }

    private static void Drop(double[] scores, Func<int, bool> isDropped)
    {
        bool[] dropped = [.. Enumerable.Range(0, scores.Length).Select(isDropped)];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = dropped[i] ? double.NegativeInfinity : scores[i];
        }
    }

    private static double[] Softmax(double[] scores)
    {
        double largest = scores.Max();
        double[] shares = Array.ConvertAll(scores, score => Math.Exp(score - largest));
        double sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }
}
