namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>Settings of a truncated singular value decomposition.</summary>
public sealed record TruncatedSvdOptions
{
    /// <summary>How the triplets are found.</summary>
    public TruncatedSvdMethod Method { get; init; } = TruncatedSvdMethod.Auto;

    /// <summary>
    /// The backward error allowed, relative to ||A||_F: passes go on until ||A V - U diag(s)||_F is no more than this. Below about 1e-6
    /// F32 rounding makes it unreachable, and the exact method answers.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Random directions beyond the rank; <see langword="null"/> for half the rank and at least 10.</summary>
    public int? Oversampling { get; init; }

    /// <summary>Passes (each multiplies by A and by A^T) before the exact method takes over; at least 1.</summary>
    public int MaxPasses { get; init; } = 16;

    /// <summary>The seed of the random directions. The same seed gives the same result.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        if (!(Tolerance >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance must be 0 or more.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(Oversampling ?? 0, nameof(Oversampling));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPasses, 1, nameof(MaxPasses));
    }
}
