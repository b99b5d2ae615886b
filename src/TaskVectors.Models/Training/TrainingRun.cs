using System.Diagnostics;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Training;

/// <summary>One run of <see cref="Trainer"/>.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly Model _model;
    private readonly ITrainingData _data;
    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _trained;
    private readonly TrainingFolder _output;
    private readonly Optimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly BatchOrder _order;
    private readonly string _description;
    private readonly int _resumedAt;
    private readonly List<double> _losses = [];
    private readonly Stopwatch _watch = new();

    public TrainingRun(Model model, ITrainingData data, TrainingOptions options, IReadOnlyList<KeyValuePair<string, Tensor>> trained, TrainingFolder output)
    {
        (_model, _data, _options, _trained, _output) = (model, data, options, trained, output);
        _description = TrainedParameters.Describe(model, data, options, trained);
        _schedule = new LearningRateSchedule(options.LearningRate, options.WarmUpSteps, options.Steps, options.Schedule);
        _order = new BatchOrder(data.Count, options.BatchSize, options.Seed);
        _optimizer = TrainedParameters.CreateOptimizer(trained, options);
        try
        {
            if (options.Resume && File.Exists(output.CheckpointPath))
            {
                TrainingCheckpoint.Restore(output.CheckpointPath, trained, _optimizer, _description, options.Steps);
            }
        }
        catch
        {
            _optimizer.Dispose();
            throw;
        }

        _resumedAt = _optimizer.Steps;
        HashSet<string> names = [.. trained.Select(parameter => parameter.Key)];
        model.RequireGradients(names.Contains);
        _optimizer.ClearGradients();
    }

    public static void Check(TrainingOptions options, ITrainingData data)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1, nameof(options.Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options.BatchSize));
        ArgumentOutOfRangeException.ThrowIfNegative(options.WarmUpSteps, nameof(options.WarmUpSteps));
        ArgumentOutOfRangeException.ThrowIfNegative(options.CheckpointEvery, nameof(options.CheckpointEvery));
        RequireFinite(options.LearningRate, nameof(options.LearningRate));
        RequireFinite(options.Momentum, nameof(options.Momentum));
        RequireFinite(options.WeightDecay, nameof(options.WeightDecay));
        if (options.ClipNorm is { } limit && !(limit > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(options), limit, "ClipNorm must be positive.");
        }

        if (data.Count < 1)
        {
            throw new TrainingException("training.no-examples", "There are no examples to train on. Check the file and the split.");
        }
    }

    public TrainingResult Complete(string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using TrainingLog log = new(_output.LogPath, _resumedAt);
        _watch.Start();
        while (_optimizer.Steps < _options.Steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                WriteCheckpoint();
                cancellationToken.ThrowIfCancellationRequested();
            }

            TrainingProgress done = Step(_optimizer.Steps);
            log.Add(done);
            progress?.Report(done);
            if (_options.CheckpointEvery > 0 && done.Step % _options.CheckpointEvery == 0 && done.Step < _options.Steps)
            {
                WriteCheckpoint();
            }
        }

        RequireFiniteParameters();
        _output.WriteModel(_model);
        return new TrainingResult(folder, _options.Steps, _resumedAt, _losses);
    }

    public void Dispose()
    {
        _optimizer.ClearGradients();
        _optimizer.Dispose();
        _model.RequireGradients(_ => false);
    }

    private TrainingProgress Step(int step)
    {
        double loss = Differentiate(step);
        double norm = GradientClipping.ClipNorm(_trained.Select(parameter => parameter.Value), _options.ClipNorm ?? double.PositiveInfinity);
        if (!double.IsFinite(norm))
        {
            throw NotFinite(step + 1, $"The norm of the gradients is {norm}");
        }

        double rate = _schedule.At(step);
        _optimizer.Step(rate);
        _optimizer.ClearGradients();
        _losses.Add(loss);
        TimeSpan elapsed = _watch.Elapsed;
        TimeSpan remaining = elapsed / (step + 1 - _resumedAt) * (_options.Steps - step - 1);
        return new TrainingProgress(step + 1, _options.Steps, loss, rate, norm, elapsed, remaining);
    }

    private double Differentiate(int step)
    {
        using TensorScope scope = _model.Context.BeginScope();
        try
        {
            Tensor loss = _model.Run(_data.CreateBatch(_model.Context, _order.At(step))).Loss
                ?? throw new TrainingException("training.no-loss", $"{_model.Architecture} has no head with a loss. Train a classifier or a language model.");
            double value = loss.Item();
            if (!double.IsFinite(value))
            {
                throw NotFinite(step + 1, $"The loss is {value}");
            }

            _model.Context.Backward(loss);
            return value;
        }
        catch
        {
            _model.Context.ClearTape();
            throw;
        }
    }

    private void WriteCheckpoint()
    {
        RequireFiniteParameters();
        TrainingCheckpoint.Write(_output.CheckpointPath, _trained, _optimizer, _description);
    }

    /// <summary>A checkpoint must not be replaced by one that training cannot go on from.</summary>
    private void RequireFiniteParameters()
    {
        foreach ((string name, Tensor parameter) in _trained)
        {
            foreach (float value in parameter.Values)
            {
                if (!float.IsFinite(value))
                {
                    throw NotFinite(_optimizer.Steps, $"'{name}' holds {value}");
                }
            }
        }
    }

    private TrainingException NotFinite(int step, string what)
    {
        string kept = File.Exists(_output.CheckpointPath) ? $"The last checkpoint, '{_output.CheckpointPath}', is kept." : "There is no checkpoint yet.";
        return new TrainingException(
            "training.not-finite", $"{what} at step {step} of {_options.Steps}. {kept} Use a smaller learning rate, a longer warm-up or clipping, and check the examples.")
        {
            Step = step,
        };
    }

    private static void RequireFinite(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
        {
            throw new ArgumentOutOfRangeException(name, value, "Must be a finite number of at least 0.");
        }
    }
}
