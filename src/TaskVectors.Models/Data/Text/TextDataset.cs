using System.Globalization;
using System.Text.Json;

namespace TaskVectors.Models.Data.Text;

/// <summary>Texts with labels, or without: lines of a file, rows of CSV or TSV, or JSON lines. <c>.gz</c> is unpacked.</summary>
public sealed class TextDataset
{
    private readonly IReadOnlyList<string> _texts;
    private readonly int[] _labels;

    private TextDataset(IReadOnlyList<string> texts, int[] labels, IReadOnlyList<string> classNames)
    {
        _texts = texts;
        _labels = labels;
        ClassNames = classNames;
    }

    /// <summary>The number of examples.</summary>
    public int Count => _texts.Count;

    /// <summary>What the labels mean; a label is an index here. Empty where there are no labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The labels of all examples; all 0 where there are none.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>The text of an example.</summary>
    public string TextOf(int index) => _texts[index];

    /// <summary>Opens a file: <c>.csv</c>, <c>.tsv</c>, <c>.jsonl</c>, or else lines without labels.</summary>
    /// <exception cref="DataException">It is missing, malformed, without examples, lacks a column, or has a label out of range.</exception>
    public static TextDataset Open(string file, TextDatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        options ??= new TextDatasetOptions();
        string plain = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
        (IReadOnlyList<string> texts, IReadOnlyList<string>? labels) = Path.GetExtension(plain).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => ReadTable(file, options),
            ".jsonl" => ReadObjects(file, options),
            _ => (TextFiles.ReadLines(file), null),
        };
        if (texts.Count == 0)
        {
            throw DataException.About(file, "data.empty", "it has no examples.");
        }

        if (labels is null)
        {
            return new TextDataset(texts, new int[texts.Count], []);
        }

        IReadOnlyList<string> names = options.ClassNames ?? [.. labels.Distinct().Order(StringComparer.Ordinal)];
        return new TextDataset(texts, [.. labels.Select((label, index) => Number(file, label, index, names))], names);
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<string>? Labels) ReadTable(string file, TextDatasetOptions options)
    {
        var table = DelimitedTable.Read(file);
        int text = table.IndexOf(options.TextColumn);
        int? label = options.LabelColumn is null ? null : table.IndexOf(options.LabelColumn);
        return ([.. table.Rows.Select(row => row[text])], label is { } column ? [.. table.Rows.Select(row => row[column])] : null);
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<string>? Labels) ReadObjects(string file, TextDatasetOptions options)
    {
        IReadOnlyList<JsonElement> objects = JsonLinesFile.Read(file);
        return (
            [.. objects.Select((item, index) => Value(file, item, index, options.TextColumn))],
            options.LabelColumn is { } label ? [.. objects.Select((item, index) => Value(file, item, index, label))] : null);
    }

    private static string Value(string file, JsonElement item, int index, string key)
    {
        try
        {
            return item.TryGetProperty(key, out JsonElement value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                ? value.ToString()
                : throw DataException.About(file, "data.column", $"example {index} has no text or number '{key}'.");
        }
        catch (InvalidOperationException failure)
        {
            throw DataException.About(file, "data.encoding", $"'{key}' of example {index} is not valid Unicode.", failure);
        }
    }

    private static int Number(string file, string label, int index, IReadOnlyList<string> names)
    {
        for (int number = 0; number < names.Count; number++)
        {
            if (names[number] == label)
            {
                return number;
            }
        }

        return int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value < names.Count
            ? value
            : throw DataException.About(
                file, "data.label", $"label '{label}' of example {index} is out of range: the {names.Count} classes are {string.Join(", ", names)}.");
    }
}
