using System.Globalization;

namespace TaskVectors.Benchmarks;

/// <summary>What tables of results are made of.</summary>
internal static class Table
{
    /// <summary>Prints a line, with points in numbers.</summary>
    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>The median; the mean of the middle two of an even number of values.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
