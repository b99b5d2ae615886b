using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>Lower case of each code point by itself: no culture, no final sigma.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public AlignedText Normalize(AlignedText text)
    {
        var builder = new AlignedTextBuilder(text);
        foreach (int point in text.Points)
        {
            (int first, int second) = CodePoints.ToLower(point);
            builder.Replace(first);
            if (second >= 0)
            {
                builder.Insert(second);
            }
        }

        return builder.ToText();
    }
}
