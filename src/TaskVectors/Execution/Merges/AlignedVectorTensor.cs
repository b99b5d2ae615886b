using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>A tensor of several task vectors.</summary>
/// <param name="Tensor">The tensor of the anchor.</param>
/// <param name="Vectors">For each task vector the terms whose sum it is; none where it is zero.</param>
internal sealed record AlignedVectorTensor(TensorInfo Tensor, ImmutableArray<ImmutableArray<PlannedTerm>> Vectors);
