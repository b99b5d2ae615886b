using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>A model that takes part: an entry of <c>models</c>, or a source of a slice.</summary>
/// <param name="Node">Where the entry stands.</param>
/// <param name="Model">The model.</param>
/// <param name="Name">The name chosen for it, or <see langword="null"/>.</param>
/// <param name="Layers">The layers taken; <see langword="null"/> for the whole model.</param>
/// <param name="Parameters">Its own parameters.</param>
internal sealed record RecipeSource(YamlNode Node, RecipeModel Model, string? Name, LayerRange? Layers, RecipeParameters Parameters)
{
    /// <summary>The name that expressions and reports use.</summary>
    public string DisplayName => Name ?? Model.ShortName;
}
