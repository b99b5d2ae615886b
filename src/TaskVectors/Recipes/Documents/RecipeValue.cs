using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>The value that a recipe gives for a parameter: one for all tensors, one that changes over depth, or one a group of tensors.</summary>
/// <param name="Node">Where it stands.</param>
internal abstract record RecipeValue(YamlNode Node)
{
    /// <summary>The value for a tensor as text, or <see langword="null"/> where the tensor passes all filters.</summary>
    /// <param name="place">The tensor.</param>
    public abstract string? Evaluate(TensorPlace place);

    /// <summary>Every scalar in it.</summary>
    public abstract IEnumerable<RecipeScalar> Scalars();

    /// <summary>Whether it changes over depth somewhere.</summary>
    public virtual bool HasGradient => false;
}
