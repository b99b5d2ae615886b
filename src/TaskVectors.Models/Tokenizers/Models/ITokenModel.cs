using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>What turns a piece of text into tokens of a vocabulary.</summary>
internal interface ITokenModel
{
    TokenVocabulary Vocabulary { get; }

    /// <summary>Appends the tokens of a piece that is not empty.</summary>
    void Tokenize(AlignedText piece, List<PieceToken> tokens);
}
