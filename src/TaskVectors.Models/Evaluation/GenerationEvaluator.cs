using TaskVectors.Models.Data;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures what a language model writes by a classifier, such as how much of it is toxic: every prompt is completed and the text classified
/// (as in Gehman et al., "RealToxicityPrompts", 2020).
/// </summary>
/// <remarks>
/// Metrics: <c>fraction</c>, the share of texts for which the class is chosen, with the interval of Wilson; <c>probability</c>, the mean probability of
/// the class, with a bootstrap interval, but not where scores are cosines. Predictions are the classes chosen. To draw several texts
/// for a prompt, give it several times: each has a number of its own.
/// </remarks>
public sealed class GenerationEvaluator : ModelEvaluator, IDisposable
{
    private readonly IReadOnlyList<string> _prompts;
    private readonly Tokenizer _tokenizer;
    private readonly GenerationOptions _generation;
    private readonly TextClassifier _classifier;
    private readonly int _class;
    private readonly bool _withPrompts;

    /// <summary>Measures on prompts.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="tokenizer">The tokenizer of the models that write.</param>
    /// <param name="generation">How they write.</param>
    /// <param name="classifier">What the texts are classified by; it is disposed with the evaluator.</param>
    /// <param name="targetClass">The class that is measured, from 0.</param>
    /// <param name="withPrompts">Whether the classifier sees the prompt in front of each text.</param>
    /// <param name="options">How models are run.</param>
    /// <exception cref="DataException">There are no prompts.</exception>
    public GenerationEvaluator(
        IReadOnlyList<string> prompts,
        Tokenizer tokenizer,
        GenerationOptions generation,
        TextClassifier classifier,
        int targetClass,
        bool withPrompts = false,
        EvaluatorOptions? options = null)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentOutOfRangeException.ThrowIfNegative(targetClass);
        if (prompts.Count == 0)
        {
            throw new DataException("data.empty", "There are no prompts to evaluate on.");
        }

        (_prompts, _tokenizer, _generation, _classifier, _class, _withPrompts) = (prompts, tokenizer, generation, classifier, targetClass, withPrompts);
    }

    /// <inheritdoc/>
    public override string Name => "generation";

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<CompletedText> texts = new TextCompleter(model, _tokenizer, _generation, Options.BatchSize).Complete(_prompts, null, cancellationToken);
        IReadOnlyList<ClassifiedText> classified = _classifier.Classify([.. texts.Select(text => _withPrompts ? text.Prompt + text.Text : text.Text)], cancellationToken);
        if (_class >= classified[0].Scores.Count)
        {
            throw new DataException("data.label", $"The class {_class} is out of range: the classifier has {classified[0].Scores.Count} classes, numbered from 0.");
        }

        ScoredText[] scored =
        [
            .. texts.Zip(classified, (text, found) => new ScoredText(text.Prompt, text.Text, found.Class, found.Probabilities.Count > 0 ? found.Probabilities[_class] : null)),
        ];
        return new EvaluationResult { Evaluator = Name, Metrics = [.. Metrics(scored)], Predictions = [.. scored.Select(text => text.Class)], Texts = scored };
    }

    /// <summary>Gives the memory of the classifier back.</summary>
    public void Dispose() => _classifier.Dispose();

    private IEnumerable<Metric> Metrics(ScoredText[] texts)
    {
        int chosen = texts.Count(text => text.Class == _class);
        yield return new Metric("fraction", chosen / (double)texts.Length, ConfidenceIntervals.Wilson(chosen, texts.Length), texts.Length);
        double[] probabilities = [.. texts.Select(text => text.Probability).OfType<double>()];
        if (probabilities.Length > 0)
        {
            yield return new Metric(
                "probability", probabilities.Sum() / probabilities.Length, ConfidenceIntervals.Bootstrap(probabilities, null, Options.Seed, "probability"), probabilities.Length);
        }
    }
}
