namespace TaskVectors.Algebra.Expressions;

/// <summary>Makes the task vector that a call of a function in an expression stands for.</summary>
/// <param name="call">The arguments as written.</param>
/// <exception cref="TaskVectorsException">The arguments do not suit the function.</exception>
public delegate TaskVector ExpressionFunction(ExpressionCall call);
