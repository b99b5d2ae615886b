using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes;

/// <summary>Collects the problems of a recipe or another YAML document, so that one report holds all of them.</summary>
public sealed class RecipeProblems
{
    private readonly List<RecipeProblem> _problems = [];
    private readonly HashSet<(int Line, int Column)> _unreadable = [];

    /// <summary>All problems in the order of their places.</summary>
    public IReadOnlyList<RecipeProblem> All => [.. _problems.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    /// <summary>The number of errors.</summary>
    public int ErrorCount => _problems.Count(problem => problem.Severity == RecipeSeverity.Error);

    /// <summary>Whether there is an error among them.</summary>
    public bool HasErrors => _problems.Exists(problem => problem.Severity == RecipeSeverity.Error);

    /// <summary>Adds an error.</summary>
    /// <param name="node">Where it stands.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public void Error(YamlNode node, string message) => Error(node.Line, node.Column, message);

    /// <summary>Adds an error.</summary>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public void Error(int line, int column, string message)
    {
        if (!_unreadable.Contains((line, column)))
        {
            _problems.Add(new RecipeProblem(RecipeSeverity.Error, line, column, message));
        }
    }

    /// <summary>Adds an error of a value that cannot be read, so that nothing more is said of what stands in its place.</summary>
    internal void Unreadable(int line, int column, string message)
    {
        Error(line, column, message);
        _ = _unreadable.Add((line, column));
    }

    /// <summary>Adds a warning.</summary>
    /// <param name="node">Where it stands.</param>
    /// <param name="message">What is doubtful and what to do.</param>
    public void Warning(YamlNode node, string message) => _problems.Add(new RecipeProblem(RecipeSeverity.Warning, node.Line, node.Column, message));
}
