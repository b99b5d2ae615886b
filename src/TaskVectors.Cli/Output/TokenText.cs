using System.Globalization;
using System.Text.Json;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Output;

/// <summary>Tokens as tables or JSON.</summary>
internal sealed class TokenText(Reporter reporter)
{
    /// <summary>Writes the ids, tokens and offsets of texts.</summary>
    public void WriteEncoded(IReadOnlyList<TokenizerEncoding> encodings)
    {
        if (reporter.IsJson)
        {
            WriteArray(encodings, WriteEncoding);
            return;
        }

        foreach (TokenizerEncoding encoding in encodings)
        {
            TextTable table = new TextTable().AddColumn("Id", isNumeric: true).AddColumn("Token").AddColumn("Offsets", isNumeric: true);
            for (int index = 0; index < encoding.Ids.Count; index++)
            {
                (int start, int end) = encoding.Offsets[index];
                table.AddRow(encoding.Ids[index].ToString(CultureInfo.InvariantCulture), encoding.Tokens[index], $"{start}-{end}");
            }

            table.Write(reporter.Terminal);
            reporter.Summarize(Counting.Of(encoding.Ids.Count, "token"));
        }
    }

    /// <summary>Writes the texts of ids.</summary>
    public void WriteDecoded(IReadOnlyList<IReadOnlyList<int>> ids, IReadOnlyList<string> texts)
    {
        if (reporter.IsJson)
        {
            WriteArray([.. ids.Zip(texts)], (json, item) =>
            {
                json.WriteStartObject();
                json.WriteIntegers("ids", item.First);
                json.WriteString("text", item.Second);
                json.WriteEndObject();
            });
            return;
        }

        foreach (string text in texts)
        {
            reporter.WriteLine(text);
        }
    }

    private static void WriteEncoding(Utf8JsonWriter json, TokenizerEncoding encoding)
    {
        json.WriteStartObject();
        json.WriteIntegers("ids", encoding.Ids);
        json.WriteStrings("tokens", encoding.Tokens);
        json.WriteIntegers("offsets", encoding.Offsets.SelectMany(span => (int[])[span.Start, span.End]));
        json.WriteEndObject();
    }

    private void WriteArray<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => reporter.WriteJson(json =>
    {
        json.WriteStartArray();
        foreach (T item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    });
}
