namespace TaskVectors.Recipes;

/// <summary>How much a problem of a recipe matters.</summary>
public enum RecipeSeverity
{
    /// <summary>It is said and the recipe runs; where recipes are read strictly it is an error.</summary>
    Warning,

    /// <summary>The recipe does not run.</summary>
    Error,
}
