using System.Globalization;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>The properties of code points that patterns name: general categories, scripts, and a few classes.</summary>
internal static class PointProperty
{
    private static readonly string[] Abbreviations =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <summary>The set of a property's name, or <see langword="null"/>.</summary>
    public static PointClass? Find(string name)
    {
        int category = Array.IndexOf(Abbreviations, name);
        if (category >= 0)
        {
            return PointClass.Categories(1u << category);
        }

        return FindGroup(name) ?? FindClass(name) ?? FindScript(name);
    }

    private static PointClass? FindGroup(string name)
    {
        uint mask = name switch
        {
            "L" or "Letter" => CodePoints.LetterMask,
            "M" or "Mark" => CodePoints.MarkMask,
            "N" or "Number" => CodePoints.NumberMask,
            "P" or "Punctuation" => CodePoints.PunctuationMask,
            "C" or "Other" => CodePoints.OtherMask,
            "Z" or "Separator" => CodePoints.Mask(
                UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator),
            "S" or "Symbol" => CodePoints.Mask(
                UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol, UnicodeCategory.OtherSymbol),
            _ => 0,
        };
        return mask == 0 ? null : PointClass.Categories(mask);
    }

    private static PointClass? FindClass(string name) => name.ToLowerInvariant() switch
    {
        "alpha" => PointClass.Categories(CodePoints.LetterMask | CodePoints.MarkMask | CodePoints.Mask(UnicodeCategory.LetterNumber)),
        "digit" => PointClass.Categories(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber)),
        "alnum" => PointClass.Categories(CodePoints.LetterMask | CodePoints.MarkMask | CodePoints.NumberMask),
        "upper" => PointClass.Categories(CodePoints.Mask(UnicodeCategory.UppercaseLetter)),
        "lower" => PointClass.Categories(CodePoints.Mask(UnicodeCategory.LowercaseLetter)),
        "punct" => new PointClass(CodePoints.IsPunctuation),
        "space" or "white_space" => new PointClass(CodePoints.IsWhiteSpace),
        "word" => new PointClass(CodePoints.IsWord),
        "ascii" => PointClass.Range(0, 0x7F),
        "any" => PointClass.Range(0, 0x10FFFF),
        _ => null,
    };

    private static PointClass? FindScript(string name)
    {
        string plain = name.StartsWith("Script=", StringComparison.OrdinalIgnoreCase) ? name["Script=".Length..]
            : name.StartsWith("sc=", StringComparison.OrdinalIgnoreCase) ? name["sc=".Length..]
            : name;
        string? script = ScriptTable.Instance.Find(plain);
        return script is null ? null : new PointClass(point => ReferenceEquals(ScriptTable.Instance.ScriptOf(point), script));
    }
}
