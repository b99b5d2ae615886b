using System.Collections.Immutable;

namespace TaskVectors.Recipes.Grammar;

/// <summary>What the value of a key may be.</summary>
internal abstract record RecipeType
{
    /// <summary>Free text.</summary>
    internal sealed record Text : RecipeType;

    /// <summary>A whole number.</summary>
    internal sealed record Integer : RecipeType;

    /// <summary>True or false.</summary>
    internal sealed record Truth : RecipeType;

    /// <summary>One of a few words.</summary>
    internal sealed record Word(ImmutableArray<string> Words) : RecipeType;

    /// <summary>A checkpoint: a path, optionally with a revision and adapters.</summary>
    internal sealed record Model : RecipeType;

    /// <summary>A parameter's value: a scalar, a gradient or filters.</summary>
    internal sealed record Setting : RecipeType;

    /// <summary>A mapping of parameters of merge methods to their values.</summary>
    internal sealed record Parameters : RecipeType;

    /// <summary>A list of so many values of a type.</summary>
    internal sealed record List(RecipeType Item, int? Length = null) : RecipeType;

    /// <summary>A mapping of free names to values of a type.</summary>
    internal sealed record Map(RecipeType Value) : RecipeType;

    /// <summary>A mapping with declared keys, by its name.</summary>
    internal sealed record Object(string Name) : RecipeType;

    /// <summary>A value of any of some types.</summary>
    internal sealed record Any(ImmutableArray<RecipeType> Types) : RecipeType;
}
