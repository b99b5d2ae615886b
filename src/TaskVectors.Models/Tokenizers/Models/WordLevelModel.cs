using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>A token for each piece: the piece itself or the unknown one.</summary>
internal sealed class WordLevelModel(TokenVocabulary vocabulary, string unknown) : ITokenModel
{
    public TokenVocabulary Vocabulary { get; } = vocabulary;

    public void Tokenize(AlignedText piece, List<PieceToken> tokens)
    {
        string text = piece.ToString();
        if (Vocabulary.TryGetId(text, out int id))
        {
            tokens.Add(new PieceToken(id, text, 0, piece.Length));
        }
        else if (Vocabulary.TryGetId(unknown, out id))
        {
            tokens.Add(new PieceToken(id, unknown, 0, piece.Length));
        }
        else
        {
            throw new TokenizerException(
                "tokenizer.text", $"The vocabulary has neither '{text}' nor the unknown token '{unknown}'. Use another tokenizer.");
        }
    }
}
