using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution.Hashing;

namespace TaskVectors.Execution.Planning;

/// <summary>A model or task vector that an edit reads.</summary>
/// <param name="Name">Its name in the expression.</param>
/// <param name="Source">Its headers.</param>
/// <param name="IsVector">Whether it is a task vector rather than a checkpoint.</param>
/// <param name="Fingerprint">Its fingerprint when the edit was planned.</param>
public sealed record PlannedInput(string Name, CheckpointSource Source, bool IsVector, string Fingerprint)
{
    /// <summary>What its files looked like when the edit was planned.</summary>
    internal InputStamp Stamp { get; init; }

    /// <summary>Whether it holds statistics of a model, which a merge method weighs models with.</summary>
    public bool IsStatistics => !IsVector && StatisticsMetadata.IsStatistics(Source);

    /// <summary>What it holds, in a word: <c>checkpoint</c>, <c>task-vector</c> or <c>statistics</c>.</summary>
    public string Kind => IsVector ? TaskVectorMetadata.TaskVectorKind : IsStatistics ? StatisticsMetadata.StatisticsValue : "checkpoint";

    /// <summary>Whether it is computed from other inputs while the edit runs, rather than stored.</summary>
    public bool IsComputed => Source is ComputedSource;
}
