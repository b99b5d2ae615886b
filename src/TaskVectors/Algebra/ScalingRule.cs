namespace TaskVectors.Algebra;

/// <summary>One line of <see cref="ScalingRules"/>: tensors that match the pattern are scaled by the coefficient.</summary>
/// <param name="Pattern">Which tensors.</param>
/// <param name="Coefficient">The factor; finite.</param>
public readonly record struct ScalingRule(NamePattern Pattern, double Coefficient);
