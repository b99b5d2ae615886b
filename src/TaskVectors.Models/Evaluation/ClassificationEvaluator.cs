using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures how often a model's highest score is that of the right class, and the mean of -log softmax(scores)[label]. Of equal scores
/// the first class is chosen.
/// </summary>
/// <remarks>Metrics: <c>accuracy</c> with the interval of Wilson; <c>loss</c> with a bootstrap interval, but not where scores are cosines.</remarks>
public abstract class ClassificationEvaluator : ModelEvaluator
{
    private protected ClassificationEvaluator(EvaluatorOptions? options)
        : base(options)
    {
    }

    private protected abstract IReadOnlyList<int> Labels { get; }

    /// <inheritdoc/>
    public sealed override EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        FrozenHead? head = HeadFor(model);
        Tensor? weight = head is null ? null : model.Context.Create(head.Weight, head.Classes, head.Width);
        Tensor? bias = head is null ? null : model.Context.Create(head.Bias, head.Classes);
        int[] predictions = new int[Labels.Count];
        double[] losses = new double[Labels.Count];
        int[] order = Order();
        for (int first = 0; first < order.Length; first += Options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> batch = order.AsSpan(first, Math.Min(Options.BatchSize, order.Length - first));
            using TensorScope step = model.Context.BeginScope();
            Tensor scores = head is null ? Scores(model, batch) : Apply(head, weight!, bias!, Vectors(model, batch));
            Judge(scores, batch, predictions, losses);
        }

        return Summarize(predictions, losses, head is { IsCosine: true });
    }

    /// <summary>The order in which examples are run.</summary>
    private protected abstract int[] Order();

    /// <summary>The head that is used in place of the model's own, if any.</summary>
    private protected abstract FrozenHead? HeadFor(Model model);

    /// <summary>[batch, classes]: the scores of the model's own head.</summary>
    private protected abstract Tensor Scores(Model model, ReadOnlySpan<int> batch);

    /// <summary>[batch, width]: what heads take.</summary>
    private protected abstract Tensor Vectors(Model model, ReadOnlySpan<int> batch);

    private protected static ModelException WrongKind(Model model, string wanted) =>
        new(ModelError.InvalidInput, $"{model.Architecture} {wanted}");

    private static Tensor Apply(FrozenHead head, Tensor weight, Tensor bias, Tensor vectors) => vectors.Size(-1) == head.Width
        ? vectors.Linear(weight, bias)
        : throw new ModelException(
            ModelError.TensorMismatch, $"The head takes vectors of {head.Width} numbers, and the model gives {vectors.Size(-1)}. Use the head that was made for this model.");

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
            (predictions[example], losses[example]) = Judge(values, label);
            if (!double.IsFinite(losses[example]))
            {
                throw new ModelException(
                    ModelError.InvalidInput, $"The scores of example {example} are not finite: weights are NaN or infinite, or the edit's coefficient is too large.");
            }
        }
    }

    private static (int Prediction, double Loss) Judge(ReadOnlySpan<float> scores, int label)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        double sum = 0;
        foreach (float score in scores)
        {
            sum += Math.Exp((double)score - scores[best]);
        }

        return (best, Math.Log(sum) + scores[best] - scores[label]);
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
