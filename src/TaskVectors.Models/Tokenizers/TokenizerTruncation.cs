namespace TaskVectors.Models.Tokenizers;

/// <summary>How long encodings may be.</summary>
public sealed record TokenizerTruncation
{
    /// <summary>The most tokens, special ones counted.</summary>
    public required int MaximumLength { get; init; }

    /// <summary>By how many tokens the windows that are cut off overlap.</summary>
    public int Stride { get; init; }

    /// <summary>Which of two texts is shortened.</summary>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>Where tokens are cut off.</summary>
    public TokenSide Side { get; init; }
}
