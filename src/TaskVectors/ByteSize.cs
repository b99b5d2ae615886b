using System.Globalization;

namespace TaskVectors;

/// <summary>Sizes in bytes as text: written for people, read from options.</summary>
public static class ByteSize
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ];

    /// <summary>A size for people, such as <c>1.50 GB</c>: decimal units, three digits.</summary>
    public static string Format(long bytes)
    {
        (string name, long unit) = Units.Where(unit => !unit.Name.Contains('i', StringComparison.Ordinal)).FirstOrDefault(unit => Math.Abs((double)bytes) >= unit.Bytes, ("B", 1));
        string format = unit == 1 ? "{0:F0} {1}" : "{0:G3} {1}";
        return string.Format(CultureInfo.InvariantCulture, format, (double)bytes / unit, name);
    }

    /// <summary>Reads a size such as <c>256MiB</c>, <c>5GB</c>, <c>1.5 GB</c> or <c>4096</c>; case does not matter.</summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        string trimmed = text?.Trim() ?? string.Empty;
        (string name, long unit) = Units.FirstOrDefault(unit => trimmed.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase), (string.Empty, 1));
        bool isNumber = double.TryParse(trimmed.AsSpan(0, trimmed.Length - name.Length), NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out double number);
        if (!isNumber || number * unit >= long.MaxValue)
        {
            return false;
        }

        bytes = (long)(number * unit);
        return true;
    }
}
