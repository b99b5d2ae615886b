using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Puts a text in place of every match of a pattern. What is put in belongs to the last code point of the match.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    private readonly int[] _content = CodePoints.Of(content);

    public AlignedText Normalize(AlignedText text)
    {
        var matches = new List<TextSpan>();
        pattern.Find(text.Points, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text);
        foreach (TextSpan match in matches)
        {
            CopyTo(builder, text, match.Start);
            builder.Skip(match.End - match.Start);
            foreach (int point in _content)
            {
                builder.Insert(point);
            }
        }

        CopyTo(builder, text, text.Length);
        return builder.ToText();
    }

    private static void CopyTo(AlignedTextBuilder builder, AlignedText text, int end)
    {
        while (builder.Position < end)
        {
            builder.Replace(text.Points[builder.Position]);
        }
    }
}
