using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
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

    /// <summary>Whether it is computed from other inputs while the edit runs, rather than stored.</summary>
    public bool IsComputed => Source is ComputedSource;
}
