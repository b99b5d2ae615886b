namespace TaskVectors.Tokenizers.SentencePiece;

/// <summary>An entry of a SentencePiece model; its number is its place.</summary>
/// <param name="Text">The piece, with U+2581 for a space.</param>
/// <param name="Score">How readily it is taken: a log-probability, or the negative rank of a merge.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceKind Kind);
