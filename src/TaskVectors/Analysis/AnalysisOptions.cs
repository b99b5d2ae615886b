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
}
