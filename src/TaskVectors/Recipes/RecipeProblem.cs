namespace TaskVectors.Recipes;

/// <summary>Something wrong with a recipe, and where.</summary>
/// <param name="Severity">Whether the recipe runs all the same.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record RecipeProblem(RecipeSeverity Severity, int Line, int Column, string Message)
{
    /// <summary>The problem as <c>line:column: message</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Line}:{Column}: {Message}");
}
