using TaskVectors.LinearAlgebra;

namespace TaskVectors.Models.Autograd;

/// <summary>How a <see cref="ComputeContext"/> computes.</summary>
public sealed record ComputeOptions
{
    /// <summary>The threads that share an operation; 0 for one per processor. Results are the same for the same number.</summary>
    public int Threads { get; init; }

    /// <summary>Which implementation multiplies matrices.</summary>
    public LinearAlgebraChoice LinearAlgebra { get; init; } = LinearAlgebraChoice.Auto;
}
