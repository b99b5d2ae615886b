using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures how often a model's highest score is that of the right class, and the mean of -log softmax(scores)[label]. Of equal scores
/// the first class is chosen.
/// </summary>
/// <remarks>Metrics: <c>accuracy</c> with the interval of Wilson; <c>loss</c> with a bootstrap interval, but not where scores are cosines.</remarks>
public abstract class ClassificationEvaluator : ModelEvaluator
{
    private readonly Func<Model, FrozenHead?> _headFor;

    /// <param name="headFor">Gives the head that is used in place of the model's own, if any.</param>
    /// <param name="options">How the model is run.</param>
    private protected ClassificationEvaluator(Func<Model, FrozenHead?> headFor, EvaluatorOptions? options)
        : base(options) => _headFor = headFor;

    private protected abstract IReadOnlyList<int> Labels { get; }

    /// <summary>The class of each example.</summary>
    internal IReadOnlyList<int> ExampleLabels => Labels;

    /// <inheritdoc/>
    public sealed override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        FrozenHead? head = _headFor(model);
        using HeadWeights? weights = head is null ? null : new HeadWeights(head, model.Context);
        int[] predictions = new int[Labels.Count];
        double[] losses = new double[Labels.Count];
        int[] order = Order();
        for (int first = 0; first < order.Length; first += Options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> batch = order.AsSpan(first, Math.Min(Options.BatchSize, order.Length - first));
            using TensorScope step = model.Context.BeginScope();
            Tensor scores = ScoresWith(weights, model, batch);
            Judge(scores, batch, predictions, losses);
        }

        return Summarize(predictions, losses, head is { IsCosine: true });
    }

    /// <summary>The head that is used in place of the model's own, if any.</summary>
    internal FrozenHead? HeadFor(Model model) => _headFor(model);

    /// <summary>[batch, classes]: the scores of a head, or of the model's own where there is none.</summary>
    internal Tensor ScoresWith(HeadWeights? head, Model model, ReadOnlySpan<int> batch) => head is null ? Scores(model, batch) : head.Apply(Vectors(model, batch));

    /// <summary>The length of an example: those of one length need no padding together.</summary>
    internal virtual int LengthOf(int example) => 0;

    /// <summary>The order in which examples are run.</summary>
    private protected abstract int[] Order();

    /// <summary>[batch, classes]: the scores of the model's own head.</summary>
    private protected abstract Tensor Scores(Model model, ReadOnlySpan<int> batch);

    /// <summary>[batch, width]: what heads take.</summary>
    private protected abstract Tensor Vectors(Model model, ReadOnlySpan<int> batch);

    private protected static ModelException WrongKind(Model model, string wanted) =>
        new(ModelError.InvalidInput, $"{model.Architecture} {wanted}");

    private void Judge(Tensor scores, ReadOnlySpan<int> batch, int[] predictions, double[] losses)
    {
        int classes = scores.Size(-1);
        for (int row = 0; row < batch.Length; row++)
        {
            int example = batch[row];
            int label = Labels[example];
            if ((uint)label >= (uint)classes)
            {
                throw new DataException(
                    "data.label", $"The label {label} of example {example} is out of range: the model's head has {classes} classes, numbered from 0.");
            }

            ReadOnlySpan<float> values = scores.Values.Slice(row * classes, classes);
            (predictions[example], double logSum) = ClassScores.Judge(values);
            losses[example] = logSum - values[label];
            if (!double.IsFinite(losses[example]))
            {
                throw ClassScores.NotFinite($"example {example}");
            }
        }
    }

    private EvaluationResult Summarize(int[] predictions, double[] losses, bool isCosine)
    {
        int count = predictions.Length;
        int correct = predictions.Zip(Labels).Count(pair => pair.First == pair.Second);
        var metrics = new List<Metric> { new("accuracy", correct / (double)count, ConfidenceIntervals.Wilson(correct, count), count) };
        if (!isCosine)
        {
            metrics.Add(new Metric("loss", losses.Sum() / count, ConfidenceIntervals.Bootstrap(losses, null, Options.Seed, "loss"), count));
        }

        return new EvaluationResult { Evaluator = Name, Metrics = metrics, Predictions = predictions };
    }
}
