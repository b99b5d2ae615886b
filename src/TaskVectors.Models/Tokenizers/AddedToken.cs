namespace TaskVectors.Models.Tokenizers;

/// <summary>A token that is found in a text before the model sees it.</summary>
public sealed record AddedToken
{
    /// <summary>Its id.</summary>
    public required int Id { get; init; }

    /// <summary>Its text.</summary>
    public required string Content { get; init; }

    /// <summary>Whether it is found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it swallows white space on its left.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it swallows white space on its right.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether its normalised text is sought in the normalised text, not the raw one in the raw.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether decoding may skip it.</summary>
    public bool IsSpecial { get; init; }
}
