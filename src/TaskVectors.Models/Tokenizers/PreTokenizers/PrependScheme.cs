namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Where the visible space is put before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every stretch between added tokens.</summary>
    Always,

    /// <summary>Only at the very start.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}
