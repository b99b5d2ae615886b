using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Planning;

/// <summary>What one model contributes to one slice.</summary>
/// <param name="Source">The entry of the recipe; <see langword="null"/> for a base that is not listed.</param>
/// <param name="Model">The model.</param>
/// <param name="Layers">The layers taken; <see langword="null"/> for the whole model or module.</param>
/// <param name="Module">The module it is a part of.</param>
internal sealed record Contribution(RecipeSource? Source, ResolvedModel Model, LayerRange? Layers, RecipeModule Module)
{
    /// <summary>The contribution as reports name it.</summary>
    public string Title => Layers is null ? Model.Name : FormattableString.Invariant($"{ModuleTitle}[{Layers.First}:{Layers.End}]");

    /// <summary>The model and the module as reports name them, where several models make an operand.</summary>
    public string ModuleTitle => Module.IsDefault ? Model.Name : $"{Model.Name}.{Module.Name}";
}
