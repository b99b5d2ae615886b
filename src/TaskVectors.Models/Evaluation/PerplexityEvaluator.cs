using TaskVectors.Models.Architectures;
using TaskVectors.Models.Data;
using TaskVectors.Models.Generation;

namespace TaskVectors.Models.Evaluation;

/// <summary>Measures how well a language model foresees a text (see <see cref="Perplexity"/>).</summary>
/// <remarks>
/// Metrics: <c>perplexity</c> = e^loss, and <c>loss</c>, the mean of -log p of the tokens that are scored. Neighbouring tokens are alike, so
/// the bootstrap draws blocks of 64 tokens.
/// </remarks>
public sealed class PerplexityEvaluator : ModelEvaluator
{
    private const int Block = 64;
    private const int DefaultLength = 1024;

    private readonly int[] _ids;
    private readonly int? _length;
    private readonly int? _stride;

    /// <summary>Measures on a text.</summary>
    /// <param name="ids">The tokens of the text, at least two.</param>
    /// <param name="length">Tokens a window, at least 2; the model's maximum, but at most 1,024, where absent.</param>
    /// <param name="stride">From 1 to the length; half the length where absent.</param>
    /// <param name="options">How the model is run.</param>
    /// <exception cref="DataException">The text has fewer than two tokens.</exception>
    public PerplexityEvaluator(IReadOnlyList<int> ids, int? length = null, int? stride = null, EvaluatorOptions? options = null)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count < 2)
        {
            throw new DataException("data.empty", $"The text has {ids.Count} tokens; at least two are needed, as the first is not scored.");
        }

        _ids = [.. ids];
        _length = length;
        _stride = stride;
    }

    /// <summary>The tokens of the text.</summary>
    internal int[] Ids => _ids;

    /// <summary>Tokens a window, where that was said.</summary>
    internal int? WindowLength => _length;

    /// <inheritdoc/>
    public override string Name => "perplexity";

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model is not CausalLanguageModel language)
        {
            throw new ModelException(
                ModelError.InvalidInput, $"{model.Architecture} does not foresee text; GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM and Qwen2ForCausalLM do.");
        }

        int length = _length ?? Math.Min(DefaultLength, language.MaximumLength);
        int stride = _stride ?? Math.Max(1, length / 2);
        if (length < 2 || length > language.MaximumLength || stride < 1 || stride > length)
        {
            throw new ModelException(
                ModelError.InvalidInput, $"A window of {length} tokens moved by {stride} is out of range: a window has 2 to {language.MaximumLength} tokens, and moves by 1 to its length.");
        }

        PerplexityResult result = Perplexity.Measure(language, _ids, length, stride, cancellationToken);
        if (!double.IsFinite(result.MeanLoss))
        {
            throw new ModelException(ModelError.InvalidInput, "The loss is not finite: weights are NaN or infinite, or the edit's coefficient is too large.");
        }

        ConfidenceInterval interval = Interval(result);
        return new EvaluationResult
        {
            Evaluator = Name,
            Metrics =
            [
                new Metric("perplexity", result.Perplexity, new ConfidenceInterval(Math.Exp(interval.Low), Math.Exp(interval.High)), result.ScoredTokens),
                new Metric("loss", result.MeanLoss, interval, result.ScoredTokens),
            ],
        };
    }

    private ConfidenceInterval Interval(PerplexityResult result)
    {
        // The first token is the one that is not scored.
        float[][] blocks = [.. result.LogProbabilities.Skip(1).Chunk(Block)];
        return ConfidenceIntervals.Bootstrap(
            [.. blocks.Select(block => -block.Sum(value => (double)value))], [.. blocks.Select(block => (double)block.Length)], Options.Seed, "loss");
    }
}
