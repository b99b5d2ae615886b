namespace TaskVectors.Recipes.Yaml;

/// <summary>A single value: text as written, and whether it is written plainly, which lets YAML read it as something else than text.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Column">The column it begins at, from 1.</param>
/// <param name="Text">The text, without quotes.</param>
/// <param name="IsPlain">Whether it stands without quotes and without a tag.</param>
public sealed record YamlScalar(int Line, int Column, string Text, bool IsPlain) : YamlNode(Line, Column, 1)
{
    private static readonly string[] TrueWords = ["true", "yes", "on"];

    private static readonly string[] FalseWords = ["false", "no", "off"];

    /// <summary>Whether nothing is written, or a plain null.</summary>
    public bool IsNull => IsPlain && (Text is "" or "~" || Text.Equals("null", StringComparison.OrdinalIgnoreCase));

    /// <summary>The truth value that YAML 1.1 reads, quoted or not; <see langword="null"/> where it reads none.</summary>
    public bool? Truth =>
        TrueWords.Contains(Text, StringComparer.OrdinalIgnoreCase) ? true
        : FalseWords.Contains(Text, StringComparer.OrdinalIgnoreCase) ? false
        : null;

    /// <summary>The same where only a truth value is meant, so that 1 and 0 are ones too: programs that keep all numbers as floats write 1.0 and 0.0.</summary>
    public bool? TruthOrBit => Text switch
    {
        "1" or "1.0" => true,
        "0" or "0.0" => false,
        _ => Truth,
    };

    /// <inheritdoc/>
    public override string Description => IsNull ? "nothing" : $"'{Text}'";
}
