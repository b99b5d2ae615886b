using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Leaves out white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        ReadOnlySpan<int> points = text.Points;
        int start = 0;
        int end = points.Length;
        while (left && start < end && CodePoints.IsWhiteSpace(points[start]))
        {
            start++;
        }

        while (right && end > start && CodePoints.IsWhiteSpace(points[end - 1]))
        {
            end--;
        }

        return new AlignedText(points[start..end].ToArray(), text.Spans[start..end].ToArray(), end - start, text.OriginalStart);
    }
}
