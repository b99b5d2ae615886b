using TaskVectors.Algebra;

namespace TaskVectors.Analysis;

/// <summary>A task vector under the name that a report gives it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Vector">The task vector: stored, a difference, or any edit of such.</param>
public sealed record NamedTaskVector(string Name, TaskVector Vector);
