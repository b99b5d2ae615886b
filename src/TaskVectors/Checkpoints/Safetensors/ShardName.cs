using System.Globalization;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>The name of a shard: <c>stem-00001-of-00003.safetensors</c>.</summary>
/// <param name="Stem">What stands in front of the numbers.</param>
/// <param name="Number">Which shard, from 1.</param>
/// <param name="Count">Of how many.</param>
internal readonly record struct ShardName(string Stem, int Number, int Count)
{
    private const int Digits = 5;
    private const string Of = "-of-";

    /// <summary>Parses a file name; numbers have five digits, as every writer makes them.</summary>
    public static bool TryParse(string fileName, out ShardName shard)
    {
        shard = default;
        const int numbersLength = 1 + Digits + 4 + Digits;
        int start = fileName.Length - SafetensorsConstants.Extension.Length - numbersLength;
        if (start < 0 || !fileName.EndsWith(SafetensorsConstants.Extension, StringComparison.Ordinal))
        {
            return false;
        }

        var numbers = fileName.AsSpan(start, numbersLength);
        if (numbers[0] != '-'
            || !numbers[(1 + Digits)..].StartsWith(Of, StringComparison.Ordinal)
            || !TryParseNumber(numbers.Slice(1, Digits), out int number)
            || !TryParseNumber(numbers[^Digits..], out int count)
            || number < 1 || number > count)
        {
            return false;
        }

        shard = new ShardName(fileName[..start], number, count);
        return true;
    }

    /// <summary>The file name.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem}-{Number:D5}{Of}{Count:D5}{SafetensorsConstants.Extension}");

    private static bool TryParseNumber(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
