using TaskVectors.Models.Tokenizers.Normalizers;
using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>SentencePiece's cutting: a visible character for every space and, by the scheme, before the text; pieces begin with it.</summary>
internal sealed class MetaspacePreTokenizer(int replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly PatternSplit _split = new(new PointPattern(point => point == replacement), SplitBehavior.MergedWithNext);
    private readonly FilterNormalizer _replace = new(_ => false, point => point == ' ' ? replacement : point);

    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        AlignedText replaced = _replace.Normalize(text);
        bool wanted = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.OriginalStart == 0);
        if (wanted && replaced.Length > 0 && replaced.Points[0] != replacement)
        {
            replaced = PrependNormalizer.Prepend(replaced, [replacement]);
        }

        if (split)
        {
            _split.Split(replaced, pieces);
        }
        else if (replaced.Length > 0)
        {
            pieces.Add(replaced);
        }
    }
}
