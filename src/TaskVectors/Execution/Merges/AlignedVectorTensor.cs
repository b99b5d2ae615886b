using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>A tensor of several task vectors.</summary>
/// <param name="Tensor">The tensor of the anchor.</param>
/// <param name="Vectors">For each task vector the terms whose sum it is; none where it is zero.</param>
internal sealed record AlignedVectorTensor(TensorInfo Tensor, ImmutableArray<ImmutableArray<PlannedTerm>> Vectors)
{
    /// <summary>The statistics of each vector; none where the files have none of this tensor, or the method needs none.</summary>
    public ImmutableArray<PlannedTerm> Statistics { get; init; } = [];

    /// <summary>Whether the statistics belong to the rows of the tensor rather than to its columns.</summary>
    public bool IsOfRows { get; init; }

    /// <summary>The terms of the sum of all vectors: each stored tensor once, the base among them.</summary>
    public ImmutableArray<PlannedTerm> Total() =>
    [
        .. from terms in Vectors
           from term in terms
           group term by (term.Input, term.Tensor.Name) into same
           select same.First() with { Coefficient = same.Sum(term => term.Coefficient) },
    ];
}
