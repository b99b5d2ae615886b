using System.Globalization;

namespace TaskVectors.Cli.Output;

/// <summary>Numbers for people, whatever the locale.</summary>
internal static class Counting
{
    private static readonly (double Unit, string Name)[] Units = [(1e12, " T"), (1e9, " B"), (1e6, " M"), (1e3, " K")];

    /// <summary>A count of parameters, such as <c>7.24 B</c>.</summary>
    public static string Parameters(long count)
    {
        foreach ((double unit, string name) in Units)
        {
            if (count >= unit)
            {
                return (count / unit).ToString("G3", CultureInfo.InvariantCulture) + name;
            }
        }

        return count.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A count in full.</summary>
    public static string Exact(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count of things, such as <c>1 file</c> or <c>1,024 tensors</c>; the noun takes an s in the plural.</summary>
    public static string Of(long count, string noun) => count == 1 ? $"1 {noun}" : $"{Exact(count)} {noun}s";

    /// <summary>A measured value to four digits, zeros at the end among them, so that columns of values line up.</summary>
    public static string Measure(double value)
    {
        double decimals = 3 - Math.Floor(Math.Log10(Math.Abs(value)));
        string format = decimals is >= 0 and <= 6 ? string.Create(CultureInfo.InvariantCulture, $"F{decimals}") : "G4";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
