namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>What SentencePiece does with spaces.</summary>
/// <param name="AddPrefix">Puts one before the text.</param>
/// <param name="RemoveExtra">Leaves one of several, and none at the ends.</param>
/// <param name="Escape">Makes them visible.</param>
internal sealed record SentencePieceSpaces(bool AddPrefix, bool RemoveExtra, bool Escape);
