namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>An entry of a SentencePiece model; its id is its position.</summary>
internal readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceKind Kind);
