using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>Gives texts classes: by a model's own head, a frozen head on its sentence embeddings, or cosines with class prompts (see <see cref="PromptSet.Encode"/>).</summary>
public sealed class TextClassifier : IDisposable
{
    private const int BatchSize = 64;

    private readonly Model _model;
    private readonly Tokenizer _tokenizer;
    private readonly int _maximumLength;
    private readonly FrozenHead? _head;

    /// <summary>Binds a model, its tokenizer and a head.</summary>
    /// <param name="model">The model; it is disposed with the classifier.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maximumLength">The most tokens of a text, special ones counted; longer texts lose their end.</param>
    /// <param name="head">The head; the model's own where absent.</param>
    public TextClassifier(Model model, Tokenizer tokenizer, int maximumLength, FrozenHead? head = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumLength, 1);
        (_model, _tokenizer, _maximumLength, _head) = (model, tokenizer, maximumLength, head);
    }

    /// <summary>Classifies texts; short ones are run together, so that little is spent on padding.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One a text, in their order.</returns>
    /// <exception cref="ModelException">The model does not classify texts, or its scores are not finite.</exception>
    /// <exception cref="DataException">A text has no tokens.</exception>
    public IReadOnlyList<ClassifiedText> Classify(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0)
        {
            return [];
        }

        TextExamples examples = TextExamples.From(texts, new int[texts.Count], _tokenizer, _maximumLength);
        using IDisposable inference = _model.Context.BeginInference();
        using TensorScope scope = _model.Context.BeginScope();
        using HeadWeights? head = _head is null ? null : new HeadWeights(_head, _model.Context);
        ClassifiedText[] classified = new ClassifiedText[texts.Count];
        foreach (int[] batch in examples.ByLength().Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using TensorScope step = _model.Context.BeginScope();
            ModelInputs inputs = examples.Batch(batch);
            Tensor scores = head is null ? TextClassificationEvaluator.ScoresOf(_model, inputs) : head.Apply(TextClassificationEvaluator.Embed(_model, inputs));
            for (int row = 0; row < batch.Length; row++)
            {
                classified[batch[row]] = Classify(scores.Values.Slice(row * scores.Size(-1), scores.Size(-1)), batch[row]);
            }
        }

        return classified;
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose() => _model.Dispose();

    private ClassifiedText Classify(ReadOnlySpan<float> scores, int index)
    {
        (int best, double logSum) = ClassScores.Judge(scores);
        if (!double.IsFinite(logSum))
        {
            throw ClassScores.NotFinite($"text {index}");
        }

        float[] values = scores.ToArray();
        return new ClassifiedText(best, values, _head is { IsCosine: true } ? [] : Array.ConvertAll(values, score => Math.Exp(score - logSum)));
    }
}
