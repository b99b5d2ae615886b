using TaskVectors.Algebra;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Training.Lora;

namespace TaskVectors.Models.Training;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>The steps of the whole run, at least 1.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples a step, at least 1. Every epoch has an order of its own; a batch may reach from one epoch into the next, so all are full.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The largest learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Steps over which the learning rate grows from 0 in a line; the first of them has 0.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>How the learning rate falls after that.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Which optimiser trains.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>The constants of <see cref="OptimizerKind.AdamW"/>; the other does not use them.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>The momentum of <see cref="OptimizerKind.Sgd"/>; the other does not use it.</summary>
    public double Momentum { get; init; }

    /// <summary>The weight decay of tensors with at least two dimensions; biases and norms have none.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The largest Euclidean norm of all gradients together; none when absent.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>
    /// Which parameters are trained, by name; those it leaves out are frozen. A pattern that fits no parameter is an error. With <see cref="Lora"/> these
    /// are trained whole beside the adapters, and none are unless patterns are given.
    /// </summary>
    public TensorFilter Trained { get; init; } = TensorFilter.All;

    /// <summary>Low-rank adapters that are trained in place of the weights, and written as an adapter; the weights are trained when absent.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>A head that stays as it is while the encoder is trained; the model's own head, trained or frozen like other parameters, when absent.</summary>
    public FrozenHead? Head { get; init; }

    /// <summary>Measures the model on held-out examples during and after the run; it is not measured when absent.</summary>
    public ModelEvaluator? Validation { get; init; }

    /// <summary>Steps between measurements; 0 for one at the end.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>
    /// Whether the parameters that were measured to be the best are written rather than the last: those of the highest <c>accuracy</c>, or where that is not
    /// measured the lowest <c>loss</c>; of equals the first.
    /// </summary>
    public bool KeepBest { get; init; }

    /// <summary>Determines the order of the examples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Steps between checkpoints; 0 for none but the one that cancelling leaves.</summary>
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>Whether a run is continued from its checkpoint, where there is one. Without it, a folder that holds a run or a model is an error.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether a run that the folder holds is replaced.</summary>
    public bool Replace { get; init; }
}
