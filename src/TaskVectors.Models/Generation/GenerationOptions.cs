namespace TaskVectors.Models.Generation;

/// <summary>How text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most tokens to add.</summary>
    public int MaximumNewTokens { get; init; } = 64;

    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>The token that ends a sequence; -1 for none. Sequences that have ended are filled with <see cref="PaddingId"/>.</summary>
    public int EndId { get; init; } = -1;

    /// <summary>What fills a sequence after its end.</summary>
    public int PaddingId { get; init; }
}
