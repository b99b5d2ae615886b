namespace TaskVectors.Tokenizers.SentencePiece;

/// <summary>What an entry of a SentencePiece model is (sentencepiece_model.proto, SentencePiece.Type).</summary>
public enum SentencePieceKind
{
    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for text that no piece covers.</summary>
    Unknown = 2,

    /// <summary>A token that no text makes, such as the beginning of a sequence.</summary>
    Control = 3,

    /// <summary>A piece that is always taken whole.</summary>
    UserDefined = 4,

    /// <summary>A piece that is not used.</summary>
    Unused = 5,

    /// <summary>A byte of what no piece covers.</summary>
    Byte = 6,
}
