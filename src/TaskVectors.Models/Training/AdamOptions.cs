namespace TaskVectors.Models.Training;

/// <summary>The constants of <see cref="AdamOptimizer"/>.</summary>
public sealed record AdamOptions
{
    /// <summary>How much of the mean gradient is kept a step.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>How much of the mean square is kept a step.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Whether decay acts on the parameter itself (AdamW) rather than through the gradient (Adam with L2).</summary>
    public bool IsDecayDecoupled { get; init; } = true;
}
