using System.Globalization;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Reads what follows a backslash in a regular expression.</summary>
internal sealed class EscapeParser(PatternCursor cursor)
{
    /// <summary>An anchor such as <c>\b</c>; <see langword="null"/>, with nothing read, where none follows.</summary>
    public PatternOperation? TakeAnchor()
    {
        PatternOperation? anchor = cursor.Current switch
        {
            'b' => PatternOperation.WordBoundary,
            'B' => PatternOperation.NotWordBoundary,
            'A' => PatternOperation.TextStart,
            'z' => PatternOperation.TextEnd,
            _ => null,
        };
        cursor.Position += anchor is null ? 0 : 1;
        return anchor;
    }

    /// <summary>A class, or else one code point.</summary>
    public PointClass? ParseClass(out int point)
    {
        if (!cursor.HasMore)
        {
            throw cursor.Wrong("it ends with a backslash");
        }

        point = cursor.Next();
        PointClass? set = point switch
        {
            's' => new PointClass(CodePoints.IsWhiteSpace),
            'S' => new PointClass(CodePoints.IsWhiteSpace).Negate(),
            'd' => PointClass.Categories(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber)),
            'D' => PointClass.Categories(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber)).Negate(),
            'w' => new PointClass(CodePoints.IsWord),
            'W' => new PointClass(CodePoints.IsWord).Negate(),
            'h' => new PointClass(other => other < 0x80 && char.IsAsciiHexDigit((char)other)),
            'p' => ParseProperty(negated: false),
            'P' => ParseProperty(negated: true),
            _ => null,
        };
        point = set is null ? PointOf(point) : point;
        return set;
    }

    private int PointOf(int letter) => letter switch
    {
        'r' => '\r',
        'n' => '\n',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        'x' => ParseHexadecimal(2),
        'u' => ParseHexadecimal(4),
        < 0x80 when char.IsAsciiLetterOrDigit((char)letter) => throw cursor.Wrong($"\\{(char)letter} is not supported"),
        _ => letter,
    };

    private int ParseHexadecimal(int digits)
    {
        bool braces = cursor.Take('{');
        int most = braces ? 8 : digits;
        long value = 0;
        int count = 0;
        while (count < most && cursor.Current is >= 0 and < 0x80 && char.IsAsciiHexDigit((char)cursor.Current))
        {
            value = (value * 16) + Convert.ToInt32(((char)cursor.Next()).ToString(), 16);
            count++;
        }

        bool closed = !braces || cursor.Take('}');
        return closed && count > 0 && value <= 0x10FFFF ? (int)value : throw cursor.Wrong("a hexadecimal number is malformed");
    }

    private PointClass ParseProperty(bool negated)
    {
        string name;
        if (cursor.Take('{'))
        {
            negated ^= cursor.Take('^');
            name = cursor.TakeUntil("}") ?? throw cursor.Wrong("a property's '{' is not closed");
        }
        else
        {
            name = cursor.HasMore ? CodePoints.Text([cursor.Next()]) : "";
        }

        PointClass set = PointProperty.Find(name) ?? throw cursor.Wrong($"the property '{name}' is not known");
        return negated ? set.Negate() : set;
    }
}
