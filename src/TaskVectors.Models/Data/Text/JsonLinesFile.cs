using System.Text.Json;

namespace TaskVectors.Models.Data.Text;

/// <summary>JSON lines: an object a line.</summary>
internal static class JsonLinesFile
{
    /// <summary>Reads the objects of a file; empty lines are left out.</summary>
    /// <exception cref="DataException">It is missing, or a line is not a JSON object.</exception>
    public static IReadOnlyList<JsonElement> Read(string file)
    {
        var objects = new List<JsonElement>();
        int number = 0;
        foreach (string line in TextFiles.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            objects.Add(Parse(file, line, number));
        }

        return objects;
    }

    private static JsonElement Parse(string file, string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw DataException.About(file, "data.malformed", $"line {number} must be a JSON object.");
        }
        catch (JsonException failure)
        {
            throw DataException.About(file, "data.malformed", $"line {number} is not valid JSON: {failure.Message}", failure);
        }
    }
}
