using System.Collections.Frozen;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>
/// The diagonal of the Fisher information, F = mean_x E_y (d log p(y|x) / d theta)^2. Derivatives are squared example by example: those of the sum of a batch have
/// products of different examples in their squares.
/// </summary>
internal sealed class FisherPass : IStatisticsPass
{
    private const int LeastElements = 1 << 15;

    private readonly Model _model;
    private readonly IScoredExamples _examples;
    private readonly PhiloxKey _key;

    public FisherPass(Model model, IScoredExamples examples, StatisticsOptions options)
    {
        (_model, _examples) = (model, examples);
        _key = PhiloxKey.Create(options.Seed, "fisher", "labels");
        try
        {
            model.RequireGradients();
            using TensorScope scope = model.Context.BeginScope();
            Tensor scores = examples.Scores([0]);
            int predictions = examples.Labels(0).Length;
            Labels = options.Labels ?? (predictions == 1 && scores.Size(-1) <= options.MostExpectedClasses ? FisherLabels.Expected : FisherLabels.Sampled);
            if (Labels == FisherLabels.Expected && predictions > 1)
            {
                throw new StatisticsException("statistics.labels", $"An example has {predictions} predictions, and the expectation over the labels of all is out of reach. Draw labels: --outcomes sampled.");
            }

            Differentiate(scores, ScoreDirections.Of(scores.Values, examples.Labels(0)));
            Tensors = [.. model.Parameters.Where(parameter => parameter.Value.Gradient is not null).Select(parameter => (parameter.Key, parameter.Value.Shape))];
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Where labels come from.</summary>
    public FisherLabels Labels { get; }

    public IReadOnlyList<(string Name, TensorShape Shape)> Tensors { get; }

    public IReadOnlyDictionary<string, double[]> Run(IReadOnlyCollection<string> names, IReadOnlyList<int> examples, Action<int> advance, CancellationToken cancellationToken)
    {
        var wanted = names.ToFrozenSet(StringComparer.Ordinal);
        var sums = wanted.ToDictionary(name => name, name => new double[_model.Parameters[name].Count], StringComparer.Ordinal);
        try
        {
            _model.RequireGradients(wanted.Contains);
            foreach (int example in examples)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(example, sums);
                advance(1);
            }
        }
        finally
        {
            Release();
        }

        foreach (double[] sum in sums.Values)
        {
            for (int index = 0; index < sum.Length; index++)
            {
                sum[index] /= examples.Count;
            }
        }

        return sums;
    }

    private void Add(int example, Dictionary<string, double[]> sums)
    {
        IReadOnlyList<float[]>? directions = null;
        for (int index = 0; index < (directions?.Count ?? 1); index++)
        {
            using TensorScope scope = _model.Context.BeginScope();
            Tensor scores = _examples.Scores([example]);
            directions ??= DirectionsOf(scores, example);
            if (directions.Count == 0)
            {
                _model.Context.ClearTape();
                return;
            }

            Differentiate(scores, directions[index]);
            AddSquares(sums);
        }
    }

    private IReadOnlyList<float[]> DirectionsOf(Tensor scores, int example)
    {
        foreach (float score in scores.Values)
        {
            if (!float.IsFinite(score))
            {
                throw ClassScores.NotFinite($"example {example}");
            }
        }

        ReadOnlySpan<int> labels = _examples.Labels(example);
        return Labels switch
        {
            FisherLabels.Expected => ScoreDirections.Expected(scores.Values),
            FisherLabels.Sampled => [ScoreDirections.Of(scores.Values, ScoreDirections.Draw(scores.Values, labels.Length, _key, (long)example * labels.Length))],
            _ => [ScoreDirections.Of(scores.Values, labels)],
        };
    }

    private void Differentiate(Tensor scores, float[] direction)
    {
        using Tensor cotangent = _model.Context.AllocateUntracked(scores.Shape);
        direction.CopyTo(cotangent.Values);
        _model.Context.Backward(scores, cotangent);
    }

    private void AddSquares(Dictionary<string, double[]> sums)
    {
        foreach ((string name, double[] sum) in sums)
        {
            if (_model.Parameters[name].Gradient is { } gradient)
            {
                _model.Context.Team.For(sum.Length, LeastElements, (start, end) => AddSquares(gradient.Values[start..end], sum.AsSpan(start..end)));
            }

            _model.Parameters[name].ClearGradient();
        }
    }

    private static void AddSquares(ReadOnlySpan<float> gradient, Span<double> sum)
    {
        for (int index = 0; index < sum.Length; index++)
        {
            sum[index] += (double)gradient[index] * gradient[index];
        }
    }

    private void Release()
    {
        _model.Context.ClearTape();
        _model.RequireGradients(_ => false);
        foreach (Tensor parameter in _model.Parameters.Values)
        {
            parameter.ClearGradient();
        }
    }
}
