namespace TaskVectors.Analysis;

/// <summary>How the task vectors of several models over one base compare.</summary>
public sealed record ComparisonReport
{
    /// <summary>The name of the base.</summary>
    public required string Base { get; init; }

    /// <summary>The names of the models.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>||tau_i||: the Frobenius norm of each task vector over all tensors.</summary>
    public required IReadOnlyList<double> Norms { get; init; }

    /// <summary>||tau_i|| / ||theta_0||: how far each model has moved relative to the base.</summary>
    public required IReadOnlyList<double> RelativeNorms { get; init; }

    /// <summary>cos(tau_i, tau_j): near 0 for unrelated tasks (Ilharco et al., 2023, figure 5); NaN where a vector is zero.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Cosines { get; init; }

    /// <summary>The norms by tensor, in the storage order of the base.</summary>
    public required IReadOnlyList<LayerComparison> Layers { get; init; }
}
