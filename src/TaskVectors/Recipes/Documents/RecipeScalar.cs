using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>One value.</summary>
internal sealed record RecipeScalar(YamlNode Node, string Text) : RecipeValue(Node)
{
    public override string? Evaluate(TensorPlace place) => Text;

    public override IEnumerable<RecipeScalar> Scalars() => [this];
}
