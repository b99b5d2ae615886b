namespace TaskVectors.Recipes;

/// <summary>A problem of a recipe that keeps it from running; the message begins with the file, the line and the column.</summary>
public sealed class RecipeException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="problem">What is wrong with it.</param>
    public RecipeException(string file, RecipeProblem problem)
        : base($"{file}:{problem}")
    {
        File = file;
        Problem = problem;
    }

    /// <summary>What is wrong, and where.</summary>
    public RecipeProblem Problem { get; }

    /// <inheritdoc/>
    public override string Kind => "recipe.invalid";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.BadInput;
}
