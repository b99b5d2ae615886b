using System.Collections.Immutable;

namespace TaskVectors.Recipes.Documents;

/// <summary>The parameters given in one place: a model's, a slice's, a module's or the document's.</summary>
internal sealed record RecipeParameters(ImmutableArray<RecipeParameter> Items)
{
    public static RecipeParameters None { get; } = new([]);

    /// <summary>Names of parameters whose values cannot be read, which has been reported.</summary>
    public ImmutableArray<string> Unreadable { get; init; } = [];

    /// <summary>Whether nothing can be said of what is given, as it cannot be read.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Whether a parameter is given here in a form that cannot be read.</summary>
    public bool Hides(string name) => IsUnreadable || Unreadable.Contains(name);

    public RecipeParameter? Find(string name) => Items.FirstOrDefault(item => item.Name == name);
}
