using System.Diagnostics;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Training;

/// <summary>One run of <see cref="Trainer"/>.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly Model _model;
    private readonly ITrainingData _data;
    private readonly TrainingOptions _options;
    private readonly TrainedSet _set;
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _trained;
    private readonly TrainingFolder _output;
    private readonly FrozenHeadLoss? _head;
    private readonly BestParameters? _best;
    private readonly Optimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly BatchOrder _order;
    private readonly string _description;
    private readonly int _resumedAt;
    private readonly List<double> _losses = [];
    private readonly Stopwatch _watch = new();
    private EvaluationResult? _measured;

    public TrainingRun(Model model, ITrainingData data, TrainingOptions options, TrainedSet set, TrainingFolder output)
    {
        (_model, _data, _options, _set, _trained, _output) = (model, data, options, set, set.Parameters, output);
        IReadOnlyList<KeyValuePair<string, Tensor>> trained = _trained;
        _description = TrainedParameters.Describe(model, data, options, trained, set.Adapters);
        _schedule = new LearningRateSchedule(options.LearningRate, options.WarmUpSteps, options.Steps, options.Schedule);
        _order = new BatchOrder(data, options.BatchSize, options.Seed);
        _optimizer = TrainedParameters.CreateOptimizer(trained, options);
        _best = options is { KeepBest: true, Validation: not null } ? new BestParameters(output.BestPath, trained, _description) : null;
        try
        {
            _head = options.Head is null ? null : new FrozenHeadLoss(model.Context, options.Head);
            Rehearse();
            if (options.Resume && File.Exists(output.CheckpointPath))
            {
                TrainingCheckpoint.Restore(output.CheckpointPath, trained, _optimizer, _description, options.Steps);
                _best?.Resume();
            }

            output.Create(keepsRun: _optimizer.Steps > 0);
            if (options.Head is not null)
            {
                output.WriteHead(options.Head);
            }
        }
        catch
        {
            _optimizer.Dispose();
            _head?.Dispose();
            throw;
        }

        _resumedAt = _optimizer.Steps;
        model.RequireGradients(_ => false);
        foreach ((_, Tensor parameter) in trained)
        {
            parameter.RequiresGradient = true;
        }

        _optimizer.ClearGradients();
    }

    public static void Check(TrainingOptions options, ITrainingData data)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1, nameof(options.Steps));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options.BatchSize));
        ArgumentOutOfRangeException.ThrowIfNegative(options.WarmUpSteps, nameof(options.WarmUpSteps));
        ArgumentOutOfRangeException.ThrowIfNegative(options.CheckpointEvery, nameof(options.CheckpointEvery));
        ArgumentOutOfRangeException.ThrowIfNegative(options.EvaluateEvery, nameof(options.EvaluateEvery));
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

            TrainingProgress done = Measure(Step(_optimizer.Steps));
            log.Add(done);
            progress?.Report(done);
            if (_options.CheckpointEvery > 0 && done.Step % _options.CheckpointEvery == 0 && done.Step < _options.Steps)
            {
                WriteCheckpoint();
            }
        }

        RequireFiniteParameters();
        Write();
        return new TrainingResult(folder, _options.Steps, _resumedAt, _losses)
        {
            Validation = _measured,
            WrittenValidation = _best is null ? _measured : _best.Measured,
            WrittenStep = _best?.Step ?? _options.Steps,
            TrainedParameters = _trained.Sum(parameter => (long)parameter.Value.Count),
        };
    }

    public void Dispose()
    {
        _optimizer.ClearGradients();
        _optimizer.Dispose();
        _head?.Dispose();
        _model.RequireGradients(_ => false);
    }

    /// <summary>Finds, before anything is written, adapters that would not be trained.</summary>
    private void Rehearse()
    {
        if (_set.Adapters is { } adapters)
        {
            using IDisposable inference = _model.Context.BeginInference();
            using TensorScope scope = _model.Context.BeginScope();
            _ = Loss([0]);
            adapters.RequireUsed();
        }
    }

    private void Write()
    {
        if (_best?.Step is { } step && step != _options.Steps)
        {
            _best.Restore();
        }

        if (_set.Adapters is { } adapters)
        {
            _output.WriteAdapter(adapters, _set.Whole);
            adapters.Merge();
        }
        else
        {
            _output.WriteModel(_model);
        }
    }

    /// <summary>A measurement is not interrupted: a run that goes on after the step would lack it.</summary>
    private TrainingProgress Measure(TrainingProgress done)
    {
        bool isDue = done.Step == _options.Steps || (_options.EvaluateEvery > 0 && done.Step % _options.EvaluateEvery == 0);
        if (!isDue || _options.Validation is null)
        {
            return done;
        }

        _measured = _options.Validation.Evaluate(_model, CancellationToken.None);
        _best?.Consider(done.Step, _measured);
        return done with { Validation = _measured };
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
            Tensor loss = Loss(_order.At(step));
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

    private Tensor Loss(int[] examples)
    {
        ModelInputs batch = _data.CreateBatch(_model.Context, examples);
        return _head is not null ? _head.Of(_model, batch) : _model.Run(batch).Loss
            ?? throw new TrainingException("training.no-loss", $"{_model.Architecture} has no head with a loss. Train a classifier or a language model, or give a head.");
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
