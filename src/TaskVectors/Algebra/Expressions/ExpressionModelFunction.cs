namespace TaskVectors.Algebra.Expressions;

/// <summary>Makes the checkpoint that a call of a function over models in an expression stands for.</summary>
/// <param name="call">The arguments as written.</param>
/// <exception cref="TaskVectorsException">The arguments do not suit the function.</exception>
public delegate Checkpoint ExpressionModelFunction(ExpressionCall call);
