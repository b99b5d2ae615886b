using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Training;

/// <summary>
/// Heads that need no training: scores = s cos(x, h_c) + b_c, where h_c is the mean of the embeddings of a class's prompts, scaled to length 1, and b_c
/// = mean over classes of m - m_c, with m_c = s times the mean of cos(x, h_c) over examples whose labels are not looked at. Without b_c, a class whose prompts are
/// closer to all texts than the others' would win everywhere.
/// </summary>
/// <remarks>
/// Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021, section 3.1. To be of use for task vectors the
/// head is made once, of the pre-trained model, and stays the same while that is trained and edited.
/// </remarks>
public static class PromptHead
{
    /// <summary>s where nothing else is said.</summary>
    public const double DefaultScale = 30;

    private const int BatchSize = 64;

    /// <summary>Makes a head.</summary>
    /// <param name="model">The pre-trained encoder of texts, or of texts and images.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="prompts">What is said of each class.</param>
    /// <param name="examples">The examples of the task; labels do not matter. Without them, b = 0.</param>
    /// <param name="sample">Which of the examples; all where absent.</param>
    /// <param name="scale">s, positive.</param>
    /// <exception cref="ModelException">The model has no embeddings of texts.</exception>
    /// <exception cref="TaskVectorsException">A prompt or an example cannot be read.</exception>
    public static FrozenHead Create(
        Model model, Tokenizer tokenizer, PromptSet prompts, ITrainingData? examples = null, IReadOnlyList<int>? sample = null, double scale = DefaultScale)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        FrozenHead cosines = prompts.Encode(model, tokenizer);
        double[] means = examples is null
            ? new double[cosines.Classes]
            : MeanCosines(cosines, Mean(model, examples, sample ?? [.. Enumerable.Range(0, examples.Count)], cosines.Width));
        double centre = means.Average();
        return new FrozenHead(
            [.. cosines.Weight.Select(value => (float)(scale * value))], [.. means.Select(mean => (float)(scale * (centre - mean)))], cosines.Classes)
        {
            ClassNames = prompts.ClassNames,
        };
    }

    private static double[] Mean(Model model, ITrainingData examples, IReadOnlyList<int> sample, int width)
    {
        double[] sum = new double[width];
        using IDisposable inference = model.Context.BeginInference();
        foreach (int[] batch in sample.Chunk(BatchSize))
        {
            using TensorScope scope = model.Context.BeginScope();
            ReadOnlySpan<float> vectors = FrozenHeadLoss.Vectors(model, examples.CreateBatch(model.Context, batch)).Values;
            for (int i = 0; i < vectors.Length; i++)
            {
                sum[i % width] += vectors[i];
            }
        }

        return [.. sum.Select(value => value / sample.Count)];
    }

    private static double[] MeanCosines(FrozenHead head, double[] mean)
    {
        double[] cosines = new double[head.Classes];
        for (int i = 0; i < head.Weight.Length; i++)
        {
            cosines[i / mean.Length] += head.Weight[i] * mean[i % mean.Length];
        }

        return cosines;
    }
}
