using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Models.Data;

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
    /// <summary>Scores that exist at a time: a quarter of a gigabyte.</summary>
    private const int MostScores = 1 << 26;

    private readonly IReadOnlyList<ChoiceExample> _examples;

    /// <summary>Measures on questions.</summary>
    /// <param name="examples">The questions.</param>
    /// <param name="options">How the model is run; a batch is of answers to one question.</param>
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
            double[] scores = Scores(language, example, index);
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

    /// <summary>
    /// The sum of log p of each answer's tokens after the context. The context is run once; its keys and values are shared by the answers, which are
    /// padded on the right, where no token sees the padding.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="example">The question.</param>
    /// <param name="batchSize">The most answers that are run together, at least 1.</param>
    /// <exception cref="ModelException">The context and an answer are longer than the model takes.</exception>
    public static double[] Score(CausalLanguageModel model, ChoiceExample example, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(example);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        using KeyValueCache context = model.CreateCache(1, example.Context.Count);
        Tensor first = model.NextTokenLogits(new IndexTensor([.. example.Context], 1, example.Context.Count), null, null, context);
        double[] scores = [.. example.Choices.Select(choice => LogProbability(first, 0, choice[0]))];

        int length = example.Choices.Max(choice => choice.Count) - 1;
        int most = Math.Clamp(MostScores / model.VocabularySize / Math.Max(1, length), 1, batchSize);
        foreach (int[] batch in Enumerable.Range(0, scores.Length).Where(choice => example.Choices[choice].Count > 1).Chunk(most))
        {
            AddRest(model, context, example, batch, scores);
        }

        return scores;
    }

    private static void AddRest(CausalLanguageModel model, KeyValueCache context, ChoiceExample example, int[] batch, double[] scores)
    {
        int length = batch.Max(choice => example.Choices[choice].Count) - 1;
        int[] ids = new int[batch.Length * length];
        for (int row = 0; row < batch.Length; row++)
        {
            IReadOnlyList<int> choice = example.Choices[batch[row]];
            for (int i = 0; i < choice.Count - 1; i++)
            {
                ids[(row * length) + i] = choice[i];
            }
        }

        using TensorScope scope = model.Context.BeginScope();
        using KeyValueCache cache = context.Repeat(batch.Length, context.Length + length);
        Tensor logits = model.Logits(new IndexTensor(ids, batch.Length, length), null, null, cache);
        for (int row = 0; row < batch.Length; row++)
        {
            IReadOnlyList<int> choice = example.Choices[batch[row]];
            for (int i = 1; i < choice.Count; i++)
            {
                scores[batch[row]] += LogProbability(logits, (row * length) + i - 1, choice[i]);
            }
        }
    }

    private static double LogProbability(Tensor logits, int row, int id)
    {
        int vocabulary = logits.Size(-1);
        ReadOnlySpan<float> scores = logits.Values.Slice(row * vocabulary, vocabulary);
        return (uint)id < (uint)vocabulary ? scores[id] - SoftmaxKernels.LogSumExp(scores) : throw new ModelException(
            ModelError.InvalidInput, $"An answer holds the token {id}; the model has {vocabulary}, numbered from 0.");
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

    private double[] Scores(CausalLanguageModel model, ChoiceExample example, int index)
    {
        int longest = example.Context.Count + example.Choices.Max(choice => choice.Count);
        if (longest > model.MaximumLength)
        {
            throw new DataException("data.length", $"Question {index} has {longest} tokens with an answer, more than the model's {model.MaximumLength}. Shorten it.");
        }

        double[] scores = Score(model, example, Options.BatchSize);
        return scores.All(double.IsFinite) ? scores : throw ClassScores.NotFinite($"question {index}");
    }

    private Metric Accuracy(string name, int correct) =>
        new(name, correct / (double)_examples.Count, ConfidenceIntervals.Wilson(correct, _examples.Count), _examples.Count);
}
