using System.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.PostProcessors;

/// <summary>Takes the spaces at a token's ends out of its stretch of the text.</summary>
internal sealed class OffsetTrimmer(bool addPrefixSpace) : IPostProcessor
{
    public int AddedCount(bool isPair) => 0;

    public IReadOnlyList<EncodingDraft> Process(IReadOnlyList<EncodingDraft> encodings, bool addSpecialTokens)
    {
        foreach (EncodingDraft encoding in encodings)
        {
            encoding.Update(Trim);
        }

        return encodings;
    }

    private EncodedToken Trim(EncodedToken token, int index)
    {
        int leading = token.Text.EnumerateRunes().TakeWhile(IsSpace).Count();
        int trailing = token.Text.EnumerateRunes().Reverse().TakeWhile(IsSpace).Count();
        (int start, int end) = token.Span;
        if (leading > 0)
        {
            // A single space at the start may be one that was put there, and has no place in the text.
            leading = leading == 1 && addPrefixSpace && (index == 0 || start == 0) ? 0 : leading;
            start = Math.Min(start + leading, end);
        }

        if (trailing > 0 && end >= trailing)
        {
            end = Math.Max(end - trailing, start);
        }

        return token with { Span = new TextSpan(start, end) };
    }

    private static bool IsSpace(Rune rune) => rune.Value == ByteAlphabet.Space || CodePoints.IsWhiteSpace(rune.Value);
}
