namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>What a SentencePiece entry is.</summary>
internal enum SentencePieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
