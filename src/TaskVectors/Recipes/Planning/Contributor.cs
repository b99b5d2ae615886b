using System.Collections.Immutable;
using TaskVectors.Algebra;

namespace TaskVectors.Recipes.Planning;

/// <summary>One operand of a merge: over all slices, what stands in the same place.</summary>
/// <param name="Contributions">What it contributes, slice by slice.</param>
/// <param name="View">Its tensors, named and shaped as the result.</param>
internal sealed record Contributor(ImmutableArray<Contribution> Contributions, Checkpoint View)
{
    /// <summary>The operand as reports name it.</summary>
    public string Name => string.Join("+", Contributions.Select(contribution => contribution.Layers is null && !IsWhole ? contribution.ModuleTitle : contribution.Title).Distinct());

    /// <summary>Whether the merge makes a part of the result.</summary>
    public bool IsPart { get; init; }

    private bool IsWhole => !IsPart && Contributions.DistinctBy(contribution => (contribution.Model, contribution.Layers)).Count() == 1;
}
