using System.Collections.Immutable;

namespace TaskVectors.Algebra.Expressions;

/// <summary>A call of a function in an expression: over task vectors or over models, never both.</summary>
/// <param name="Function">The name of the function.</param>
/// <param name="Vectors">The task vectors, in order.</param>
/// <param name="Models">The models, in order.</param>
/// <param name="Arguments">The parameters given by name, in order.</param>
public sealed record ExpressionCall(string Function, ImmutableArray<TaskVector> Vectors, ImmutableArray<Checkpoint> Models, ImmutableArray<ExpressionArgument> Arguments);
