using System.Text.RegularExpressions;

namespace TaskVectors.Recipes.Companions;

/// <summary>Text as a shell takes it for one word.</summary>
internal static partial class ShellText
{
    /// <summary>The text as it is where it is plain, else in single quotes.</summary>
    public static string Quote(string text) => PlainPattern().IsMatch(text) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[A-Za-z0-9_./][A-Za-z0-9_./-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainPattern();
}
