using TaskVectors.Models.Architectures;
using TaskVectors.Models.Data;
using TaskVectors.Models.Generation;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures how often a language model gives the right answer the highest probability of all that are offered: the sum of log p of the answer's
/// tokens after the context (Brown et al., "Language Models are Few-Shot Learners", 2020, section 2.4). Of equal answers the first is chosen.
/// </summary>
/// <remarks>
/// Metrics: <c>accuracy</c>, and <c>accuracy-per-token</c>, for which the sum is divided by the answer's number of tokens, so that long
/// answers are not at a disadvantage. Predictions are those of the first.
/// </remarks>
public sealed class MultipleChoiceEvaluator : ModelEvaluator
{
    private readonly IReadOnlyList<ChoiceExample> _examples;

    /// <summary>Measures on questions.</summary>
    /// <param name="examples">The questions.</param>
    /// <param name="options">How the model is run; answers are run one at a time.</param>
    /// <exception cref="DataException">There are none, or one has no context, fewer than two answers, an empty answer, or a label out of range.</exception>
    public MultipleChoiceEvaluator(IReadOnlyList<ChoiceExample> examples, EvaluatorOptions? options = null)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0)
        {
            throw new DataException("data.empty", "There are no questions to evaluate on.");
        }

        for (int index = 0; index < examples.Count; index++)
        {
            Check(examples[index], index);
        }

        _examples = examples;
    }

    /// <inheritdoc/>
    public override string Name => "multiple-choice";

    /// <inheritdoc/>
    public override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model is not CausalLanguageModel language)
        {
            throw new ModelException(
                ModelError.InvalidInput, $"{model.Architecture} does not foresee text; GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM and Qwen2ForCausalLM do.");
        }

        int[] predictions = new int[_examples.Count];
        int correct = 0;
        int correctPerToken = 0;
        for (int index = 0; index < predictions.Length; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ChoiceExample example = _examples[index];
            double[] scores = [.. example.Choices.Select(choice => Score(language, example.Context, choice, index))];
            double[] perToken = [.. scores.Zip(example.Choices, (score, choice) => score / choice.Count)];
            predictions[index] = Array.IndexOf(scores, scores.Max());
            correct += predictions[index] == example.Label ? 1 : 0;
            correctPerToken += Array.IndexOf(perToken, perToken.Max()) == example.Label ? 1 : 0;
        }

        return new EvaluationResult
        {
            Evaluator = Name,
            Metrics = [Accuracy("accuracy", correct), Accuracy("accuracy-per-token", correctPerToken)],
            Predictions = predictions,
        };
    }

    private static void Check(ChoiceExample example, int index)
    {
        if (example.Context.Count == 0 || example.Choices.Count < 2 || example.Choices.Any(choice => choice.Count == 0))
        {
            throw new DataException("data.empty", $"Question {index} needs a context and two answers or more, each of at least one token.");
        }

        if ((uint)example.Label >= (uint)example.Choices.Count)
        {
            throw new DataException(
                "data.label", $"The label {example.Label} of question {index} is out of range: it has {example.Choices.Count} answers, numbered from 0.");
        }
    }

    private static double Score(CausalLanguageModel model, IReadOnlyList<int> context, IReadOnlyList<int> choice, int index)
    {
        int[] ids = [.. context, .. choice];
        if (ids.Length > model.MaximumLength)
        {
            throw new DataException("data.length", $"Question {index} has {ids.Length} tokens with an answer, more than the model's {model.MaximumLength}. Shorten it.");
        }

        double score = Perplexity.OfTokens(model, ids)[context.Count..].Sum(value => (double)value);
        return double.IsFinite(score) ? score : throw new ModelException(
            ModelError.InvalidInput, $"The scores of question {index} are not finite: weights are NaN or infinite, or the edit's coefficient is too large.");
    }

    private Metric Accuracy(string name, int correct) =>
        new(name, correct / (double)_examples.Count, ConfidenceIntervals.Wilson(correct, _examples.Count), _examples.Count);
}
