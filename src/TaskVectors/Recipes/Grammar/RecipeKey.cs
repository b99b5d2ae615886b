namespace TaskVectors.Recipes.Grammar;

/// <summary>A key of a recipe: what binding, the JSON schema and the guide know of it.</summary>
/// <param name="Name">The key.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Meaning">What it means, in a sentence.</param>
/// <param name="IsOwn">Whether it is this program's own, beyond the grammar that mergekit reads.</param>
internal sealed record RecipeKey(string Name, RecipeType Type, string Meaning, bool IsOwn = false);
