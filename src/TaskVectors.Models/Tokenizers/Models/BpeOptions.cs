namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>The variants of byte-pair encoding.</summary>
internal sealed record BpeOptions
{
    /// <summary>The token of a symbol that the vocabulary lacks; without it, such symbols are left out.</summary>
    public string? Unknown { get; init; }

    /// <summary>What marks every symbol but a word's first.</summary>
    public string ContinuationPrefix { get; init; } = "";

    /// <summary>What marks a word's last symbol.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>Whether neighbouring unknown symbols are one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether a symbol that the vocabulary lacks is spelt in bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a piece that is in the vocabulary is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }
}
