using TaskVectors.Algebra;
using TaskVectors.Execution;

namespace TaskVectors.Analysis;

/// <summary>How an analysis reads its inputs.</summary>
public sealed record AnalysisOptions
{
    /// <summary>The memory budget for buffers in bytes; as in <see cref="EditOptions.Memory"/>.</summary>
    public long Memory { get; init; } = EditOptions.Default.Memory;

    /// <summary>The number of tiles computed at once. Never changes the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The tensors to look at.</summary>
    public TensorFilter Filter { get; init; } = TensorFilter.All;

    /// <summary>What to do with tensors that a model lacks or has on top. <see cref="MissingTensors.Base"/> takes a lacking one as unchanged.</summary>
    public MissingTensors Missing { get; init; } = MissingTensors.Error;

    /// <summary>Whether a stored task vector may be relative to another base.</summary>
    public bool AnyBase { get; init; }
}
