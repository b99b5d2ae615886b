namespace TaskVectors.Algebra.Expressions;

/// <summary>An expression is malformed, names an unknown model, or combines checkpoints in a way that is no edit.</summary>
public sealed class ExpressionException : TaskVectorsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="expression">The whole expression.</param>
    /// <param name="position">Where in it the error was found, counted from 0.</param>
    /// <param name="problem">What is wrong and what to do.</param>
    public ExpressionException(string expression, int position, string problem)
        : base($"{problem}\n  {expression.ReplaceLineEndings(" ")}\n  {new string(' ', Math.Min(position, expression.Length))}^ at character {position + 1}")
    {
        Expression = expression;
        Position = position;
        Problem = problem;
    }

    /// <summary>The whole expression.</summary>
    public string Expression { get; }

    /// <summary>Where in the expression the error was found, counted from 0.</summary>
    public int Position { get; }

    /// <summary>What is wrong and what to do, without the excerpt.</summary>
    public string Problem { get; }

    /// <inheritdoc/>
    public override string Kind => "expression";

    /// <inheritdoc/>
    public override ErrorCategory Category => ErrorCategory.Usage;
}
