using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Puts a text before another that is not empty. It belongs to the first code point.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    private readonly int[] _prefix = CodePoints.Of(prefix);

    public AlignedText Normalize(AlignedText text) => Prepend(text, _prefix);

    public static AlignedText Prepend(AlignedText text, ReadOnlySpan<int> prefix)
    {
        if (text.Length == 0 || prefix.Length == 0)
        {
            return text;
        }

        int[] points = [.. prefix, .. text.Points];
        var spans = new TextSpan[points.Length];
        spans.AsSpan(0, prefix.Length).Fill(text.Spans[0]);
        text.Spans.CopyTo(spans.AsSpan(prefix.Length));
        return new AlignedText(points, spans, points.Length, text.OriginalStart);
    }
}
