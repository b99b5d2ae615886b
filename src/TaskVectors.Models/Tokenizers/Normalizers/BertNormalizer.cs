using System.Globalization;
using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Normalizers;

/// <summary>
/// BERT's cleaning: controls out, white space to spaces, spaces around Chinese characters, accents off, lower case. Each is an option.
/// </summary>
internal sealed class BertNormalizer : INormalizer
{
    private readonly List<INormalizer> _steps = [];

    public BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowercase)
    {
        if (cleanText)
        {
            _steps.Add(new FilterNormalizer(IsDropped, point => IsSpace(point) ? ' ' : point));
        }

        if (handleChineseCharacters)
        {
            _steps.Add(new ChineseSpacing());
        }

        if (stripAccents)
        {
            _steps.Add(new UnicodeNormalizer(compose: false, compatible: false));
            _steps.Add(new FilterNormalizer(point => point >= 0x300
                && CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.NonSpacingMark));
        }

        if (lowercase)
        {
            _steps.Add(new LowercaseNormalizer());
        }
    }

    public AlignedText Normalize(AlignedText text) => _steps.Aggregate(text, (current, step) => step.Normalize(current));

    private static bool IsSpace(int point) => point is '\t' or '\n' or '\r' || CodePoints.IsWhiteSpace(point);

    private static bool IsDropped(int point) => point switch
    {
        '\t' or '\n' or '\r' => false,
        CodePoints.Replacement => true,
        < 0x80 => point is < 0x20 or 0x7F,
        // Unassigned code points and noncharacters stay.
        _ => CodePoints.IsIn(point, CodePoints.OtherMask & ~CodePoints.Mask(UnicodeCategory.OtherNotAssigned)),
    };

    private static bool IsChinese(int point) => point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private sealed class ChineseSpacing : INormalizer
    {
        public AlignedText Normalize(AlignedText text)
        {
            if (!text.Points.ContainsAnyExceptInRange(0, 0x33FF))
            {
                return text;
            }

            var builder = new AlignedTextBuilder(text);
            foreach (int point in text.Points)
            {
                if (!IsChinese(point))
                {
                    builder.Replace(point);
                    continue;
                }

                builder.Replace(' ');
                builder.Insert(point);
                builder.Insert(' ');
            }

            return builder.ToText();
        }
    }
}
