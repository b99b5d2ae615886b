namespace TaskVectors.Benchmarks.Engine;

/// <inheritdoc/>
internal sealed record EngineResult : SideResult
{
    /// <summary>One for each counted run. Loading is not counted.</summary>
    public double[] Milliseconds { get; init; } = [];

    /// <summary>The loss of the third run: that of the loaded weights for inference, after two steps of training otherwise.</summary>
    public double Loss { get; init; }
}
