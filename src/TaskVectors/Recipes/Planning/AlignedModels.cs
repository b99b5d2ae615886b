using System.Collections.Immutable;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Planning;

/// <summary>The models of a document over one vocabulary.</summary>
/// <param name="Views">The view of every model whose rows change.</param>
internal sealed record AlignedModels(IReadOnlyDictionary<ResolvedModel, ResolvedModel> Views)
{
    /// <summary>Models whose rows stay as they are.</summary>
    public static AlignedModels None { get; } = new(new Dictionary<ResolvedModel, ResolvedModel>());

    /// <summary>The operands with the views in place of the models.</summary>
    public Operands Replace(Operands operands) => new(operands.Base is { } own ? Replace(own) : null, [.. operands.Models.Select(Replace)]);

    private ImmutableArray<Contribution> Replace(ImmutableArray<Contribution> contributions) =>
        [.. contributions.Select(contribution => contribution with { Model = Views.GetValueOrDefault(contribution.Model, contribution.Model) })];
}
