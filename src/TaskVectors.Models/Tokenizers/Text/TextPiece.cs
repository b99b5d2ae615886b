namespace TaskVectors.Models.Tokenizers.Text;

/// <summary>A stretch between added tokens, or one of them.</summary>
internal readonly record struct TextPiece(AlignedText Text, AddedToken? Token);
