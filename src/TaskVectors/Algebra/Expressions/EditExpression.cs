namespace TaskVectors.Algebra.Expressions;

/// <summary>
/// An edit written as text, such as <c>base + 0.4*(math - base) - 0.7*toxic</c>. It is either a checkpoint (the coefficients of its
/// checkpoints sum to 1) or a task vector (they sum to 0).
/// </summary>
/// <remarks>
/// Grammar: <c>+</c>, <c>-</c>, <c>*</c> and <c>/</c> by numbers, parentheses; names as given or in double quotes;
/// <c>scale(x, "pattern": 0.5, ...)</c> scales tensors by name, <c>only(x, "pattern", ...)</c> and <c>except(x, "pattern", ...)</c> limit a vector
/// to some tensors, <c>sum(x, y, ...)</c> adds (<c>sum(a*)</c> every model whose name begins with a), <c>weighted(x)</c> allows checkpoints whose
/// coefficients do not sum to 1. Functions that the models come with (<see cref="ExpressionModels.AddFunction"/>) make one task vector of several:
/// <c>tsvm(a - base, b - base, alpha: 0.9)</c>; a parameter has one value, or a list of one a vector in brackets.
/// </remarks>
public sealed class EditExpression
{
    private EditExpression(string text, Checkpoint? checkpoint, TaskVector? vector)
    {
        Text = text;
        Checkpoint = checkpoint;
        TaskVector = vector;
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>The edited checkpoint, where the expression is one.</summary>
    public Checkpoint? Checkpoint { get; }

    /// <summary>The task vector, where the expression is one.</summary>
    public TaskVector? TaskVector { get; }

    /// <summary>A name as it stands in an expression: in double quotes unless it is a plain identifier.</summary>
    public static string Quote(string name) => ExpressionSyntax.Quote(name);

    /// <summary>Reads an expression whose kind and anchor are known otherwise: those of a manifest.</summary>
    internal static AffineForm ParseForm(string text, ExpressionModels models) => new ExpressionParser(text, models).Parse() is ExpressionValue.Form form
        ? form.Affine
        : throw new ExpressionException(text, 0, "The expression is a number; it must name at least one model.");

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ExpressionException">It is malformed, names an unknown model, or is neither a checkpoint nor a task vector.</exception>
    public static EditExpression Parse(string text, ExpressionModels models)
    {
        ExpressionValue value = new ExpressionParser(text, models).Parse();
        return value switch
        {
            ExpressionValue.Form { IsVector: true } form => new EditExpression(text, null, new TaskVector(form.Affine)),
            ExpressionValue.Form { IsPoint: true } form => new EditExpression(text, new Checkpoint(form.Affine), null),
            ExpressionValue.Form { Weight: { } weight } => throw new ExpressionException(
                text,
                0,
                FormattableString.Invariant($"The coefficients of the checkpoints sum to {weight:G6}: an edited model needs 1, a task vector 0. Write weighted(...) around the expression if that is what you mean.")),
            ExpressionValue.Form => throw new ExpressionException(
                text, 0, "The coefficients of the checkpoints differ between tensors; write weighted(...) around the expression if that is what you mean."),
            _ => throw new ExpressionException(text, 0, "The expression is a number; it must name at least one model."),
        };
    }
}
