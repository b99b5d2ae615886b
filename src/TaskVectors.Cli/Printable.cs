using System.Globalization;
using System.Text;

namespace TaskVectors.Cli;

/// <summary>Text from files and arguments as a terminal may show it: names can hold anything, terminal commands included.</summary>
internal static class Printable
{
    /// <summary>The text with control characters escaped.</summary>
    public static string Of(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (char character in text)
        {
            _ = char.IsControl(character)
                ? escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : escaped.Append(character);
        }

        return escaped.ToString();
    }

    /// <summary>The text on one line, cut to a length.</summary>
    public static string Short(string text, int length)
    {
        string line = Of(text);
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 3), "...");
    }
}
