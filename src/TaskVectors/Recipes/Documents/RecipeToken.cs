using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>Where the row of a token comes from.</summary>
/// <param name="Node">Where the token stands in the recipe.</param>
/// <param name="Text">The token.</param>
/// <param name="Model">The model whose row is taken; <see langword="null"/> for zeros.</param>
/// <param name="OtherToken">The token of that model whose row is taken; <see langword="null"/> for the token itself.</param>
/// <param name="Row">The row that is taken, by number.</param>
/// <param name="IsForced">Whether models that have the token take this row too.</param>
internal sealed record RecipeToken(YamlNode Node, string Text, RecipeModel? Model, string? OtherToken, int? Row, bool IsForced)
{
    /// <summary>Whether it has a source of its own; else it is only to be there, and models that lack it take the row that they would take anyway.</summary>
    public bool HasSource { get; init; } = true;
}
