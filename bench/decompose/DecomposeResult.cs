namespace TaskVectors.Benchmarks.Decompose;

/// <inheritdoc/>
internal sealed record DecomposeResult : SideResult
{
    /// <summary>Reading and computing; start-up and the writing of what is compared are not counted.</summary>
    public double Seconds { get; init; }

    /// <summary>What a decomposition found.</summary>
    public Finding[] Findings { get; init; } = [];

    /// <summary>The median time of a product, by the size of its matrices.</summary>
    public Dictionary<string, double> Times { get; init; } = [];
}
