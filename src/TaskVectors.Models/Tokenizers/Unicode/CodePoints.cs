using System.Globalization;
using System.Text;

namespace TaskVectors.Models.Tokenizers.Unicode;

/// <summary>Properties of code points, and their conversion from and to strings.</summary>
internal static class CodePoints
{
    public const int Replacement = 0xFFFD;
    private const int DottedCapitalI = 0x130;
    private const int LongS = 0x17F;

    /// <summary>A set of general categories as a bit mask.</summary>
    public static uint Mask(params ReadOnlySpan<UnicodeCategory> categories)
    {
        uint mask = 0;
        foreach (UnicodeCategory category in categories)
        {
            mask |= 1u << (int)category;
        }

        return mask;
    }

    public static uint LetterMask => Mask(
        UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter, UnicodeCategory.ModifierLetter,
        UnicodeCategory.OtherLetter);

    public static uint MarkMask => Mask(UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark);

    public static uint NumberMask => Mask(UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber);

    public static uint PunctuationMask => Mask(
        UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation,
        UnicodeCategory.ClosePunctuation, UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation,
        UnicodeCategory.OtherPunctuation);

    public static uint OtherMask => Mask(
        UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse,
        UnicodeCategory.OtherNotAssigned);

    public static bool IsIn(int point, uint mask) => (mask & (1u << (int)CharUnicodeInfo.GetUnicodeCategory(point))) != 0;

    /// <summary>The property White_Space.</summary>
    public static bool IsWhiteSpace(int point) => point switch
    {
        ' ' or (>= 9 and <= 13) => true,
        < 0x80 => false,
        0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000 => true,
        _ => false,
    };

    /// <summary>A word character: alphabetic, mark, decimal digit, connector punctuation or joiner (Unicode Technical Standard 18).</summary>
    public static bool IsWord(int point) => point switch
    {
        < 0x80 => char.IsAsciiLetterOrDigit((char)point) || point == '_',
        0x200C or 0x200D => true,
        // Circled and squared letters are symbols that count as alphabetic.
        (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189) => true,
        _ => IsIn(point, LetterMask | MarkMask | Mask(
            UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.ConnectorPunctuation)),
    };

    /// <summary>Punctuation, or an ASCII symbol such as $ or ~.</summary>
    public static bool IsPunctuation(int point) =>
        point < 0x80 ? char.IsPunctuation((char)point) || char.IsSymbol((char)point) : IsIn(point, PunctuationMask);

    /// <summary>The lower case of a code point, without culture and context; all but one are a single code point.</summary>
    public static (int First, int Second) ToLower(int point) => point switch
    {
        < 0x80 => (point is >= 'A' and <= 'Z' ? point + 32 : point, -1),
        DottedCapitalI => ('i', 0x307),
        _ => (Rune.IsValid(point) ? Rune.ToLowerInvariant(new Rune(point)).Value : point, -1),
    };

    /// <summary>A representative of the code points that differ from this one only in case (simple folding).</summary>
    public static int Fold(int point) => point switch
    {
        < 0x80 => point is >= 'A' and <= 'Z' ? point + 32 : point,
        LongS => 's',
        _ when Rune.IsValid(point) => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(point))).Value,
        _ => point,
    };

    /// <summary>The code points of a string.</summary>
    /// <exception cref="TokenizerException">A surrogate has no partner.</exception>
    public static int[] Of(string text)
    {
        int[] points = new int[text.Length];
        int count = 0;
        for (int index = 0; index < text.Length; index++)
        {
            char unit = text[index];
            if (!char.IsSurrogate(unit))
            {
                points[count++] = unit;
            }
            else if (char.IsHighSurrogate(unit) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                points[count++] = char.ConvertToUtf32(unit, text[++index]);
            }
            else
            {
                throw new TokenizerException(
                    "tokenizer.text",
                    $"The text is not valid Unicode: a lone surrogate U+{(int)unit:X4} at position {index}. Decode it from UTF-8 or UTF-16 again.");
            }
        }

        Array.Resize(ref points, count);
        return points;
    }

    /// <summary>Appends a code point to a string.</summary>
    public static void Append(StringBuilder builder, int point)
    {
        if (point < 0x10000)
        {
            _ = builder.Append((char)point);
        }
        else
        {
            _ = builder.Append((char)(0xD7C0 + (point >> 10))).Append((char)(0xDC00 + (point & 0x3FF)));
        }
    }

    /// <summary>Writes code points as UTF-16.</summary>
    /// <returns>The number of units written.</returns>
    public static int Write(ReadOnlySpan<int> points, Span<char> units)
    {
        int count = 0;
        foreach (int point in points)
        {
            if (point < 0x10000)
            {
                units[count++] = (char)point;
            }
            else
            {
                units[count++] = (char)(0xD7C0 + (point >> 10));
                units[count++] = (char)(0xDC00 + (point & 0x3FF));
            }
        }

        return count;
    }

    /// <summary>The string of code points.</summary>
    public static string Text(ReadOnlySpan<int> points)
    {
        var builder = new StringBuilder(points.Length);
        foreach (int point in points)
        {
            Append(builder, point);
        }

        return builder.ToString();
    }

    /// <summary>The length of a code point in UTF-8.</summary>
    public static int Utf8Length(int point) => point switch
    {
        < 0x80 => 1,
        < 0x800 => 2,
        < 0x10000 => 3,
        _ => 4,
    };

    /// <summary>Writes a code point as UTF-8 into four bytes.</summary>
    public static int WriteUtf8(int point, Span<byte> bytes)
    {
        int length = Utf8Length(point);
        if (length == 1)
        {
            bytes[0] = (byte)point;
            return 1;
        }

        for (int index = length - 1; index > 0; index--)
        {
            bytes[index] = (byte)(0x80 | (point & 0x3F));
            point >>= 6;
        }

        bytes[0] = (byte)((0xF00 >> length) | point);
        return length;
    }
}
