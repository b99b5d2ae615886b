using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Planning;

/// <summary>What one model contributes to one slice.</summary>
/// <param name="Source">The entry of the recipe; <see langword="null"/> for a base that is not listed.</param>
/// <param name="Model">The model.</param>
/// <param name="Layers">The layers taken; <see langword="null"/> for the whole model.</param>
internal sealed record Contribution(RecipeSource? Source, ResolvedModel Model, LayerRange? Layers)
{
    /// <summary>The contribution as reports name it.</summary>
    public string Title => Layers is null ? Model.Name : FormattableString.Invariant($"{Model.Name}[{Layers.First}:{Layers.End}]");
}
