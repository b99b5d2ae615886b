using System.Collections.Immutable;

namespace TaskVectors.Execution.Outputs;

/// <summary>What is known of an output tensor once it has been written: one line of the journal.</summary>
internal sealed record TensorRecord
{
    public required string Name { get; init; }

    public required string Hash { get; init; }

    /// <summary>The hashes of the terms' tensors, in the order of the plan.</summary>
    public required ImmutableArray<string> InputHashes { get; init; }

    /// <summary>The sum of (written - exact)^2.</summary>
    public double RoundingSquared { get; init; }

    /// <summary>The sum of (exact - base)^2.</summary>
    public double EditSquared { get; init; }

    public long Saturated { get; init; }

    public long NaNCount { get; init; }

    /// <summary>What did not converge in a merge and was computed in another way, as far as no record before says so.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }
}
