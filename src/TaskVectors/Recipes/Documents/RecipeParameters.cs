using System.Collections.Immutable;

namespace TaskVectors.Recipes.Documents;

/// <summary>The parameters given in one place: a model's, a slice's, a module's or the document's.</summary>
internal sealed record RecipeParameters(ImmutableArray<RecipeParameter> Items)
{
    public static RecipeParameters None { get; } = new([]);

    public RecipeParameter? Find(string name) => Items.FirstOrDefault(item => item.Name == name);
}
