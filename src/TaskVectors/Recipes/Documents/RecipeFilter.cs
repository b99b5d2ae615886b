using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>An entry of a list of filters.</summary>
/// <param name="Node">Where the entry stands.</param>
/// <param name="Text">Part of a tensor's name; <see langword="null"/> for every tensor.</param>
/// <param name="Value">The value of the tensors it matches.</param>
internal sealed record RecipeFilter(YamlNode Node, string? Text, RecipeValue Value)
{
    /// <summary>Whether every tensor matches.</summary>
    public bool IsCatchAll => Text is null or "*";

    /// <summary>Whether a tensor of this name matches.</summary>
    public bool Matches(string name) => IsCatchAll || name.Contains(Text!, StringComparison.Ordinal);
}
