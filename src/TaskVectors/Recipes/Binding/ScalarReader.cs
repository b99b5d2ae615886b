using System.Globalization;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Reads scalars as what a key wants, and says what is wrong where they are something else.</summary>
public static class ScalarReader
{
    private static readonly string[] NaNWords = [".nan", "nan"];

    /// <summary>Reads text; a plain word that YAML 1.1 reads as a truth value must be quoted.</summary>
    /// <param name="entry">The key and its value.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>The text, or <see langword="null"/> where there is a problem.</returns>
    public static YamlScalar? Text(YamlEntry entry, RecipeProblems problems)
    {
        if (entry.Value is not YamlScalar scalar)
        {
            problems.Error(entry.Value, $"'{entry.Name}' must be text, not {entry.Value.Description}.");
            return null;
        }

        if (scalar.IsNull || scalar.Text.Length == 0)
        {
            problems.Error(scalar, $"'{entry.Name}' has no value.");
            return null;
        }

        if (scalar is { IsPlain: true, Truth: { } truth })
        {
            problems.Error(scalar, $"'{entry.Name}' must be text, and YAML 1.1 reads {scalar.Text} as the boolean {(truth ? "true" : "false")}; quote it: '{scalar.Text}'.");
            return null;
        }

        return scalar;
    }

    /// <summary>Reads a whole number.</summary>
    /// <param name="key">The key, for messages.</param>
    /// <param name="node">Its value.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>The number, or <see langword="null"/> where there is a problem.</returns>
    public static int? Integer(string key, YamlNode node, RecipeProblems problems)
    {
        if (node is YamlScalar scalar && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            return value;
        }

        problems.Error(node, $"'{key}' must be a whole number, got {node.Description}.");
        return null;
    }

    /// <summary>Reads a truth value.</summary>
    /// <param name="entry">The key and its value.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>The value, or <see langword="null"/> where there is a problem.</returns>
    public static bool? Truth(YamlEntry entry, RecipeProblems problems)
    {
        if (entry.Value is YamlScalar { TruthOrBit: { } truth })
        {
            return truth;
        }

        problems.Error(entry.Value, $"'{entry.Name}' must be true or false, got {entry.Value.Description}.");
        return null;
    }

    /// <summary>Reads a finite number; in text such as <c>5e-1</c> too, which YAML 1.1 takes for a string.</summary>
    /// <param name="key">The key, for messages.</param>
    /// <param name="scalar">Its value.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>The number, or <see langword="null"/> where there is a problem.</returns>
    public static double? Number(string key, YamlScalar scalar, RecipeProblems problems)
    {
        if (double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value))
        {
            return value;
        }

        problems.Error(scalar, $"'{key}' must be a finite number, got {Describe(scalar)}.");
        return null;
    }

    /// <summary>What a scalar is that is no finite number.</summary>
    /// <param name="scalar">The value.</param>
    public static string Describe(YamlScalar scalar) =>
        NaNWords.Contains(scalar.Text, StringComparer.OrdinalIgnoreCase) ? "NaN"
        : Sexagesimal(scalar.Text) is { } number ? $"'{scalar.Text}', which YAML 1.1 reads as {number}: write a plain number"
        : scalar.Description;

    // Base 60, as clocks have it: 1:30 is ninety.
    private static long? Sexagesimal(string text)
    {
        string[] digits = text.Split(':');
        if (digits.Length is < 2 or > 5)
        {
            return null;
        }

        long value = 0;
        foreach (string part in digits)
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int digit))
            {
                return null;
            }

            value = (value * 60) + digit;
        }

        return value;
    }
}
