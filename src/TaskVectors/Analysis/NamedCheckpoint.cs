using TaskVectors.Algebra;

namespace TaskVectors.Analysis;

/// <summary>A checkpoint under the name that a report gives it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Checkpoint">The checkpoint: stored, not edited.</param>
public sealed record NamedCheckpoint(string Name, Checkpoint Checkpoint);
