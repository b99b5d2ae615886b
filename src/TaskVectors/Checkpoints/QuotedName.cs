using System.Globalization;
using System.Text;

namespace TaskVectors.Checkpoints;

/// <summary>
/// A name from a file as a message may show it: quoted, cut when long, and with control characters escaped, since a name can hold
/// anything, terminal commands included.
/// </summary>
internal static class QuotedName
{
    private const int MaximumLength = 200;

    /// <summary>Quotes one name.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder("'");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaximumLength)))
        {
            _ = char.IsControl(c) || char.IsSurrogate(c) && name.Length > MaximumLength
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : text.Append(c);
        }

        return text.Append(name.Length > MaximumLength ? "...'" : "'").ToString();
    }

    /// <summary>Quotes a few names and counts the rest.</summary>
    public static string Of(IReadOnlyCollection<string> names, int shown = 8)
    {
        string list = string.Join(", ", names.Take(shown).Select(Of));
        return names.Count > shown ? string.Create(CultureInfo.InvariantCulture, $"{list} and {names.Count - shown} more") : list;
    }
}
