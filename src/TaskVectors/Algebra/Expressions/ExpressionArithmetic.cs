namespace TaskVectors.Algebra.Expressions;

/// <summary>The operators and restrictions of expressions: what may be added, multiplied and divided, and what comes of it.</summary>
/// <param name="text">The expression, for errors.</param>
internal sealed class ExpressionArithmetic(string text)
{
    public ExpressionValue Sum(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value + b.Value, position),
        (ExpressionValue.Form a, ExpressionValue.Form b) => new ExpressionValue.Form(AddForms(a, b), a.Weight + b.Weight),
        _ => throw new ExpressionException(text, position, "A number cannot be added to a model; multiply a task vector by it instead, as in 0.5*(a - b)."),
    };

    // A difference of checkpoints is relative to the one subtracted; a sum keeps the anchor of its leftmost checkpoint.
    private static AffineForm AddForms(ExpressionValue.Form left, ExpressionValue.Form right)
    {
        AffineForm sum = left.Affine.Add(right.Affine);
        bool isDifference = !left.IsVector && new ExpressionValue.Form(sum, left.Weight + right.Weight).IsVector;
        bool rightIsAnchor = isDifference ? right.Weight < 0 : left.IsVector && !right.IsVector;
        return rightIsAnchor ? sum.WithAnchor(right.Affine.Anchor) : sum;
    }

    public ExpressionValue Product(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value * b.Value, position),
        (ExpressionValue.Number a, ExpressionValue.Form b) => Scale(b, a.Value),
        (ExpressionValue.Form a, ExpressionValue.Number b) => Scale(a, b.Value),
        _ => throw new ExpressionException(text, position, "Two models cannot be multiplied; one side of '*' must be a number."),
    };

    public ExpressionValue Quotient(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (_, ExpressionValue.Number { Value: 0 }) => throw new ExpressionException(text, position, "Division by zero."),
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value / b.Value, position),
        (ExpressionValue.Form a, ExpressionValue.Number b) => Scale(a, Number(1 / b.Value, position).Value),
        _ => throw new ExpressionException(text, position, "Only a number can stand behind '/'."),
    };

    private ExpressionValue.Number Number(double value, int position) =>
        double.IsFinite(value) ? new ExpressionValue.Number(value) : throw new ExpressionException(text, position, "The coefficient is not a finite number.");

    public static ExpressionValue Scale(ExpressionValue value, double factor) => value switch
    {
        ExpressionValue.Number number => new ExpressionValue.Number(number.Value * factor),
        ExpressionValue.Form form => new ExpressionValue.Form(form.Affine.Multiply(factor), form.Weight * factor),
        _ => value,
    };

    public static ExpressionValue.Form ApplyRules(ExpressionValue.Form form, ScalingRules rules) =>
        new(form.Affine.Scale(rules), form.IsVector ? 0 : null);

    public ExpressionValue.Form Restrict(ExpressionValue.Form form, TensorFilter filter, int start) => form switch
    {
        { IsVector: true } => form with { Affine = form.Affine.Scale(filter.ToRules()) },
        { IsPoint: true } => form with { Affine = form.Affine.RestrictTo(filter) },
        _ => throw new ExpressionException(text, start, "only(...) and except(...) take a task vector or an edited model."),
    };

    public ExpressionValue.Form RequireForm(ExpressionValue value, int start, string function) =>
        value as ExpressionValue.Form ?? throw new ExpressionException(text, start, $"{function}(...) takes a model or a task vector, not a number.");
}
