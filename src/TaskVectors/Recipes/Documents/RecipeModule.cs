using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>A part of the models that is merged by itself, as a recipe names it; a recipe without modules has one, the whole.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsSliced">Whether its layers are stacked.</param>
/// <param name="Parameters">Its parameters.</param>
internal sealed record RecipeModule(YamlNode Node, string Name, bool IsSliced, RecipeParameters Parameters)
{
    /// <summary>The name of the whole model, or of what is in no other module.</summary>
    public const string Default = "default";

    /// <summary>Whether it is everything that no other module holds.</summary>
    public bool IsDefault => Name == Default;
}
