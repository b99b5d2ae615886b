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

    /// <summary>Whether a text can name a function or a parameter: letters, digits and underscores, a letter first.</summary>
    public static bool IsParameterName(string name) => name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(IsParameterPart);

    public static bool IsParameterPart(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    public static bool IsNameStart(char character) => char.IsLetter(character) || character == '_';

    public static bool IsNamePart(char character) => char.IsLetterOrDigit(character) || character is '_' or '.' or ':';

    public static bool TryParseNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
