using System.Collections.Immutable;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>A tensor of the base and the terms that make its edited values.</summary>
/// <param name="Base">The base's tensor.</param>
/// <param name="Terms">The inputs with a coefficient other than 0.</param>
/// <param name="KeepsBase">Whether an input lacks the tensor, so that the base's values stand.</param>
internal sealed record AlignedTensor(TensorInfo Base, ImmutableArray<PlannedTerm> Terms, bool KeepsBase);
