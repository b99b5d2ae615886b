using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Evaluation;

/// <summary>How an evaluator runs a model.</summary>
public sealed record EvaluatorOptions
{
    /// <summary>The examples that are run at a time, at least 1.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The seed of bootstrap intervals.</summary>
    public ulong Seed { get; init; }

    /// <summary>Where a checkpoint is run.</summary>
    public ComputeOptions Compute { get; init; } = new();

    /// <summary>How a checkpoint is loaded.</summary>
    public ModelLoadOptions Loading { get; init; } = new();
}
