using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Each part cuts the pieces of the part before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        List<AlignedText> current = [text];
        foreach (IPreTokenizer part in parts)
        {
            var next = new List<AlignedText>();
            foreach (AlignedText piece in current)
            {
                part.Split(piece, next);
            }

            current = next;
        }

        pieces.AddRange(current);
    }
}
