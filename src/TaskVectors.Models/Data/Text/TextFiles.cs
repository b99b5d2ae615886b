using System.Text;
using System.Text.Json;

namespace TaskVectors.Models.Data.Text;

/// <summary>Reads texts: a line each, or a JSON array of strings.</summary>
public static class TextFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a whole file as UTF-8; a byte order mark is left out, <c>.gz</c> is unpacked.</summary>
    /// <exception cref="DataException">It is missing or not UTF-8.</exception>
    public static string ReadText(string file)
    {
        ReadOnlySpan<byte> bytes = DataFile.ReadAll(file);
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            int line = bytes[..Math.Clamp(failure.Index, 0, bytes.Length)].Count((byte)'\n') + 1;
            throw DataException.About(file, "data.encoding", $"line {line} is not valid UTF-8. Convert the file to UTF-8.", failure);
        }
    }

    /// <summary>Reads the lines of a file; they may end in a line feed or a carriage return and one.</summary>
    /// <exception cref="DataException">It is missing or not UTF-8.</exception>
    public static IReadOnlyList<string> ReadLines(string file)
    {
        string text = ReadText(file);
        var lines = new List<string>();
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            lines.Add((line.EndsWith("\r") ? line[..^1] : line).ToString());
        }

        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    /// <summary>Reads a JSON array of strings.</summary>
    /// <exception cref="DataException">It is missing, or something else.</exception>
    public static IReadOnlyList<string> ReadJsonStrings(string file)
    {
        using JsonDocument document = ParseArray(file);
        return [.. document.RootElement.EnumerateArray().Select((item, index) => StringOf(file, item, index))];
    }

    /// <summary>Reads a JSON array of arrays of whole numbers.</summary>
    /// <exception cref="DataException">It is missing, or something else.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> ReadJsonIntegers(string file)
    {
        using JsonDocument document = ParseArray(file);
        return [.. document.RootElement.EnumerateArray().Select((item, index) => IntegersOf(file, item, index))];
    }

    private static JsonDocument ParseArray(string file)
    {
        try
        {
            var document = JsonDocument.Parse(DataFile.ReadAll(file));
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? document
                : throw DataException.About(file, "data.malformed", "it must be a JSON array.");
        }
        catch (JsonException failure)
        {
            throw DataException.About(file, "data.malformed", $"it is not valid JSON: {failure.Message}", failure);
        }
    }

    private static string StringOf(string file, JsonElement item, int index)
    {
        try
        {
            return item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw DataException.About(file, "data.malformed", $"element {index} must be a string.");
        }
        catch (InvalidOperationException failure)
        {
            throw DataException.About(file, "data.encoding", $"element {index} is not valid Unicode: it has a lone surrogate. Repair it.", failure);
        }
    }

    private static List<int> IntegersOf(string file, JsonElement item, int index)
    {
        if (item.ValueKind != JsonValueKind.Array)
        {
            throw DataException.About(file, "data.malformed", $"element {index} must be an array of whole numbers.");
        }

        var numbers = new List<int>(item.GetArrayLength());
        foreach (JsonElement number in item.EnumerateArray())
        {
            numbers.Add(number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value)
                ? value
                : throw DataException.About(file, "data.malformed", $"element {index} must hold whole numbers only."));
        }

        return numbers;
    }
}
