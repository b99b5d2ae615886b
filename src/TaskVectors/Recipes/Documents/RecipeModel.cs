using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>A model as a recipe names it.</summary>
/// <param name="Node">Where it is named.</param>
/// <param name="Text">The reference: a path, <c>PATH+ADAPTER</c>, or the name of a document.</param>
internal sealed record RecipeModel(YamlNode Node, string Text)
{
    /// <summary>The last part of the path, as messages call the model.</summary>
    public string ShortName => string.Join('+', Text.Split('+').Select(part => Path.GetFileName(Path.TrimEndingDirectorySeparator(part))));
}
