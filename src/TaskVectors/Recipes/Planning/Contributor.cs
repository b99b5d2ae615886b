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

    private bool IsWhole => Contributions.DistinctBy(contribution => (contribution.Model, contribution.Layers)).Count() == 1;
}
