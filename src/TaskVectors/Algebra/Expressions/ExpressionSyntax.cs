using System.Globalization;

namespace TaskVectors.Algebra.Expressions;

/// <summary>The lexical rules of expressions that the parser and the printer share.</summary>
internal static class ExpressionSyntax
{
    /// <summary>A name as it stands in an expression: quoted unless it is a plain identifier.</summary>
    public static string Quote(string name)
    {
        bool plain = name.Length > 0 && IsNameStart(name[0]) && name.All(IsNamePart) && !ExpressionParser.IsFunction(name);
        return plain ? name : QuoteAlways(name);
    }

    /// <summary>Text in double quotes, with quotes and backslashes in it escaped.</summary>
    public static string QuoteAlways(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    public static bool IsNameStart(char character) => char.IsLetter(character) || character == '_';

    public static bool IsNamePart(char character) => char.IsLetterOrDigit(character) || character is '_' or '.' or ':';

    public static bool TryParseNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
