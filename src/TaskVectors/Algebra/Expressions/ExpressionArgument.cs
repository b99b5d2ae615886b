using System.Collections.Immutable;

namespace TaskVectors.Algebra.Expressions;

/// <summary>A parameter given by name in a call, such as <c>alpha: 0.9</c> or <c>weight: [0.3, 0.7]</c>.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Values">The values as text, without quotes; one where it is no list.</param>
/// <param name="IsList">Whether the values stand in brackets: one a task vector.</param>
public sealed record ExpressionArgument(string Name, ImmutableArray<string> Values, bool IsList);
