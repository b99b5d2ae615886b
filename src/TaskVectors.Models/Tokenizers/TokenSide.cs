namespace TaskVectors.Models.Tokenizers;

/// <summary>An end of a sequence of tokens.</summary>
public enum TokenSide
{
    /// <summary>The end.</summary>
    Right,

    /// <summary>The beginning.</summary>
    Left,
}
