using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Generation;

/// <summary>Perplexity of long texts, and the probabilities of tokens.</summary>
public static class Perplexity
{
    /// <summary>Scores that exist at a time: 64 megabytes.</summary>
    private const int MostScores = 1 << 24;

    /// <summary>
    /// Scores a text in windows that start every <paramref name="stride"/> tokens; each scores the tokens that no window before it has reached, from the
    /// tokens in front of them in the window. The first token of the text has nothing in front of it and is not scored.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The text.</param>
    /// <param name="length">Tokens a window; at most the model's maximum.</param>
    /// <param name="stride">From 1 to the length; smaller is slower and gives every token more to go by.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length or the stride is out of range.</exception>
    public static PerplexityResult Measure(CausalLanguageModel model, ReadOnlySpan<int> ids, int length, int stride, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, model.MaximumLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, length);
        float[] logProbabilities = new float[ids.Length];
        double sum = 0;
        int scored = 0;
        int windows = 0;
        int reached = 0;
        for (int start = 0; reached < ids.Length; start += stride)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(start + length, ids.Length);
            float[] window = OfTokens(model, ids[start..end]);
            for (int i = Math.Max(reached, start + 1); i < end; i++)
            {
                logProbabilities[i] = window[i - start];
                sum += window[i - start];
                scored++;
            }

            reached = end;
            windows++;
        }

        return new PerplexityResult(logProbabilities, scored, windows, scored == 0 ? double.NaN : -sum / scored);
    }

    /// <summary>The logarithm of the probability of each token after those in front of it; 0 for the first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">One sequence.</param>
    public static float[] OfTokens(CausalLanguageModel model, ReadOnlySpan<int> ids)
    {
        ArgumentNullException.ThrowIfNull(model);
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        float[] logProbabilities = new float[ids.Length];
        if (ids.IsEmpty)
        {
            return logProbabilities;
        }

        int[] sequence = ids.ToArray();
        Tensor states = model.States(new IndexTensor(sequence, 1, ids.Length));
        int vocabulary = model.VocabularySize;
        int most = Math.Max(1, MostScores / vocabulary);
        for (int start = 0; start < ids.Length - 1; start += most)
        {
            int from = start;
            int count = Math.Min(most, ids.Length - 1 - start);
            using TensorScope step = model.Context.BeginScope();
            Tensor logits = model.Logits(states, start, count);
            model.Context.Team.For(count, 1, (first, end) =>
            {
                for (int i = first; i < end; i++)
                {
                    ReadOnlySpan<float> scores = logits.Values.Slice(i * vocabulary, vocabulary);
                    logProbabilities[from + i + 1] = scores[sequence[from + i + 1]] - SoftmaxKernels.LogSumExp(scores);
                }
            });
        }

        return logProbabilities;
    }
}
