using System.Collections.Immutable;

namespace TaskVectors.Recipes.Explaining;

/// <summary>The values of parameters for a group of tensors.</summary>
/// <param name="Tensors">The group in words, such as <c>layers 0-3: self_attn.q_proj.weight</c>.</param>
/// <param name="Count">The number of tensors.</param>
/// <param name="Values">The values, defaults included; a parameter of models has a list in brackets.</param>
public sealed record ExplainedParameters(string Tensors, int Count, ImmutableSortedDictionary<string, string> Values);
