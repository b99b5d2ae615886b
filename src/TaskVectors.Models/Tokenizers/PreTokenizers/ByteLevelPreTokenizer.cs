using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>GPT-2's cutting: contractions, words, numbers and the rest, each with the space before it; then bytes as printable characters.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool usePattern) : IPreTokenizer
{
    private const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly PatternSplit? _split = usePattern ? new PatternSplit(new RegularPattern(Pattern), SplitBehavior.Isolated) : null;

    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        if (addPrefixSpace && text.Length > 0 && text.Points[0] != ' ')
        {
            text = PrependNormalizer.Prepend(text, [' ']);
        }

        int start = pieces.Count;
        if (_split is null)
        {
            pieces.Add(text);
        }
        else
        {
            _split.Split(text, pieces);
        }

        for (int index = start; index < pieces.Count; index++)
        {
            pieces[index] = ByteLevelNormalizer.ToBytes(pieces[index]);
        }
    }
}
