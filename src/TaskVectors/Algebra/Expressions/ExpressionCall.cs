using System.Collections.Immutable;

namespace TaskVectors.Algebra.Expressions;

/// <summary>A call of a function in an expression.</summary>
/// <param name="Function">The name of the function.</param>
/// <param name="Vectors">The task vectors, in order; at least one.</param>
/// <param name="Arguments">The parameters given by name, in order.</param>
public sealed record ExpressionCall(string Function, ImmutableArray<TaskVector> Vectors, ImmutableArray<ExpressionArgument> Arguments);
