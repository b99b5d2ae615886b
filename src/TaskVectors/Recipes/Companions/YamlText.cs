using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaskVectors.Recipes.Companions;

/// <summary>Text as YAML takes it for text.</summary>
internal static partial class YamlText
{
    /// <summary>The text as it is where it is plain, else in double quotes.</summary>
    public static string Quote(string text) => PlainPattern().IsMatch(text) ? text : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    // Begins with a letter and holds a dash, slash or underscore or only letters and digits; words that YAML reads as something else are quoted.
    [GeneratedRegex(@"^(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][A-Za-z0-9_./-]*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex PlainPattern();
}
