using System.Collections.Immutable;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Grammar;

/// <summary>A mapping of a recipe: its keys, declared once for binding, the JSON schema and the guide.</summary>
/// <param name="Name">Its name in the schema.</param>
/// <param name="Title">What it is, as a message says it.</param>
/// <param name="Keys">Its keys, in the order in which they are usually written.</param>
internal sealed record RecipeObject(string Name, string Title, ImmutableArray<RecipeKey> Keys)
{
    /// <summary>Reports every key that the object does not have, with a suggestion.</summary>
    /// <param name="mapping">The mapping that should be such an object.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="hint">What more to say of an unknown key, or <see langword="null"/>.</param>
    public void RequireKnownKeys(YamlMapping mapping, RecipeProblems problems, Func<string, string?>? hint = null) =>
        mapping.RequireKnownKeys(Title, [.. Keys.Select(key => key.Name)], problems, hint);
}
