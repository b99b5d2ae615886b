using TaskVectors.Checkpoints;

namespace TaskVectors.Decomposition;

/// <summary>A base, or a task: a fine-tuned checkpoint or a stored task vector.</summary>
/// <param name="Name">Its name in the report and of its files.</param>
/// <param name="Source">Its headers.</param>
/// <param name="IsVector">Whether it holds differences rather than weights.</param>
public sealed record DecompositionInput(string Name, CheckpointSource Source, bool IsVector);
