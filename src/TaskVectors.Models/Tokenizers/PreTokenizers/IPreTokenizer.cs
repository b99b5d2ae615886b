using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts a text into the pieces that the model tokenizes one by one.</summary>
internal interface IPreTokenizer
{
    /// <summary>Appends the pieces of a text; empty ones are left out.</summary>
    void Split(AlignedText text, List<AlignedText> pieces);
}
