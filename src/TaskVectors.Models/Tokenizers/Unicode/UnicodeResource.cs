using System.Globalization;

namespace TaskVectors.Models.Tokenizers.Unicode;

/// <summary>The lines of an embedded Unicode table.</summary>
internal static class UnicodeResource
{
    /// <summary>Reads the fields of every line but comments.</summary>
    public static IEnumerable<string[]> Read(string name)
    {
        using Stream stream = typeof(UnicodeResource).Assembly.GetManifestResourceStream($"unicode/{name}")
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line.Split(' ');
            }
        }
    }

    /// <summary>Reads a hexadecimal code point.</summary>
    public static int Point(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
