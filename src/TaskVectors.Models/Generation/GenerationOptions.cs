namespace TaskVectors.Models.Generation;

/// <summary>How text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most tokens to add.</summary>
    public int MaximumNewTokens { get; init; } = 64;

    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>The tokens that end a sequence; none by default. Sequences that have ended are filled with <see cref="PaddingId"/>.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>What fills a sequence after its end.</summary>
    public int PaddingId { get; init; }

    /// <summary>The number of the first sequence: what is drawn depends on the seed and a sequence's number, so that parts of a whole may be run on their own.</summary>
    public int FirstSequence { get; init; }
}
