namespace TaskVectors.Algebra.Expressions;

/// <summary>What a name followed by a parenthesis calls: a function of task vectors, of models, or of either.</summary>
/// <param name="OfVectors">The function of task vectors, if there is one.</param>
/// <param name="OfModels">The function of models, if there is one.</param>
internal sealed record FunctionForms(ExpressionFunction? OfVectors, ExpressionModelFunction? OfModels);
