namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>The variants of the unigram model.</summary>
internal sealed record UnigramOptions
{
    public int? UnknownId { get; init; }

    /// <summary>Whether what no token covers is spelt in bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether sums of scores are rounded to single precision, as the original program does.</summary>
    public bool SinglePrecision { get; init; }

    /// <summary>Which ids can be found in a text.</summary>
    public Func<int, bool> IsMatched { get; init; } = _ => true;
}
