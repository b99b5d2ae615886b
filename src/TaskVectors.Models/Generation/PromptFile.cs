using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;

namespace TaskVectors.Models.Generation;

/// <summary>Reads prompts: a text a line, a JSON array of strings, or a column of <c>.csv</c>, <c>.tsv</c> or <c>.jsonl</c>.</summary>
public static class PromptFile
{
    /// <summary>Reads prompts.</summary>
    /// <param name="file">The file; <c>.gz</c> is unpacked.</param>
    /// <param name="textColumn">The column or key of the prompts, where there are several.</param>
    /// <exception cref="DataException">It is missing, malformed or empty.</exception>
    public static IReadOnlyList<string> Read(string file, string textColumn = "text")
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase))
        {
            IReadOnlyList<string> strings = TextFiles.ReadJsonStrings(file);
            return strings.Count > 0 ? strings : throw DataException.About(file, "data.empty", "it has no prompts.");
        }

        var dataset = TextDataset.Open(file, new TextDatasetOptions { TextColumn = textColumn, LabelColumn = null });
        return [.. Enumerable.Range(0, dataset.Count).Select(dataset.TextOf)];
    }
}
