using System.Text.Json;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;

namespace TaskVectors.Models.Evaluation;

/// <summary>Reads labelled texts that are tokens already, of JSON lines: <c>{"ids": [101, 2023, 102], "label": 0}</c>.</summary>
public static class TokenFile
{
    /// <summary>Reads texts.</summary>
    /// <param name="file">The file; <c>.gz</c> is unpacked.</param>
    /// <param name="idsKey">The key of the token ids, special ones included.</param>
    /// <param name="labelKey">The key of the label: the number of a class.</param>
    /// <exception cref="DataException">The file is missing or malformed, or a text has no tokens.</exception>
    public static TextExamples Read(string file, string idsKey = "ids", string labelKey = "label")
    {
        IReadOnlyList<JsonElement> items = JsonLinesFile.Read(file);
        return new TextExamples(
            [.. items.Select((item, index) => Ids(file, item, index, idsKey))], [.. items.Select((item, index) => Label(file, item, index, labelKey))]);
    }

    private static IReadOnlyList<int> Ids(string file, JsonElement item, int index, string key)
    {
        int[] ids = item.TryGetProperty(key, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int number) ? number : -1)]
            : [-1];
        return ids.Any(id => id < 0) ? throw DataException.About(file, "data.column", $"'{key}' of example {index} must be an array of token ids.") : ids;
    }

    private static int Label(string file, JsonElement item, int index, string key) =>
        item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int label) && label >= 0
            ? label
            : throw DataException.About(file, "data.column", $"'{key}' of example {index} must be the number of a class, from 0.");
}
