using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>
/// Measures how well a language model foresees pieces of text: every token from those in front of it in its piece, as in training. Unlike
/// <see cref="PerplexityEvaluator"/> it lets no piece see the one before it.
/// </summary>
/// <remarks>Metrics: <c>perplexity</c> = e^loss, and <c>loss</c>, the mean of -log p; intervals by a bootstrap over batches of pieces.</remarks>
/// <param name="pieces">The pieces.</param>
/// <param name="options">How the model is run; batches are of at most 16 pieces.</param>
internal sealed class PieceEvaluator(LanguageTrainingData pieces, EvaluatorOptions? options = null) : ModelEvaluator(options)
{
    private const int LargestBatch = 16;

    /// <inheritdoc/>
    public override string Name => "language-model";

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pieces);
        using IDisposable inference = model.Context.BeginInference();
        List<double> losses = [];
        List<double> counts = [];
        foreach (int[] batch in Enumerable.Range(0, pieces.Count).Chunk(Math.Min(Options.BatchSize, LargestBatch)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using TensorScope scope = model.Context.BeginScope();
            Tensor loss = model.Run(pieces.CreateBatch(model.Context, batch)).Loss
                ?? throw new ModelException(ModelError.InvalidInput, $"{model.Architecture} does not foresee text.");
            int tokens = batch.Length * pieces.PredictedTokens;
            losses.Add((double)loss.Item() * tokens);
            counts.Add(tokens);
        }

        return Summarize(losses, counts);
    }

    private EvaluationResult Summarize(List<double> losses, List<double> counts)
    {
        int tokens = (int)counts.Sum();
        double mean = losses.Sum() / tokens;
        ConfidenceInterval interval = ConfidenceIntervals.Bootstrap([.. losses], [.. counts], Options.Seed, "loss");
        return new EvaluationResult
        {
            Evaluator = Name,
            Metrics =
            [
                new Metric("perplexity", Math.Exp(mean), new ConfidenceInterval(Math.Exp(interval.Low), Math.Exp(interval.High)), tokens),
                new Metric("loss", mean, interval, tokens),
            ],
        };
    }
}
