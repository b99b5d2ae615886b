namespace TaskVectors.Tokenizers;

/// <summary>A token that is found in a text as it stands, before the text is cut into pieces.</summary>
/// <param name="Text">The token.</param>
internal sealed record AddedToken(string Text)
{
    /// <summary>Whether it must stand between characters that are part of no word.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether it takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes the white space after it along.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether it is looked for in the normalised text.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>Whether it is a control token, which decoding may leave out.</summary>
    public bool IsSpecial { get; init; }
}
