using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>A parameter and the value given for it.</summary>
internal sealed record RecipeParameter(YamlScalar Key, RecipeValue Value)
{
    public string Name => Key.Text;
}
