namespace TaskVectors.Analysis;

/// <summary>How far each model has moved in one tensor.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Elements">The number of its elements.</param>
/// <param name="Norms">||tau_i|| of each model, in the order of the report.</param>
public sealed record LayerComparison(string Name, long Elements, IReadOnlyList<double> Norms);
