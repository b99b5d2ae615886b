using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Pieces of an equal number of code points; the last may be shorter.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : IPreTokenizer
{
    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        for (int start = 0; start < text.Length; start += length)
        {
            pieces.Add(text.Slice(start, Math.Min(text.Length, start + length)));
        }
    }
}
