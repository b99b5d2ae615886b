using TaskVectors.Checkpoints;

namespace TaskVectors.Analysis;

/// <summary>An opened checkpoint or stored task vector under the name that a report gives it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Source">Its headers.</param>
public sealed record NamedSource(string Name, CheckpointSource Source);
