using System.Text;

namespace TaskVectors.Models.Data.Text;

/// <summary>
/// A table of a CSV file (commas; a field may stand in quotes, in which commas, line ends and doubled quotes are allowed, as RFC 4180 says)
/// or a TSV file (tabs; quotes mean nothing). The first line names the columns.
/// </summary>
internal sealed class DelimitedTable
{
    private DelimitedTable(string file, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        File = file;
        Columns = columns;
        Rows = rows;
    }

    /// <summary>The file that was read.</summary>
    public string File { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows; each has a field for every column.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>Reads a file; <c>.tsv</c> (also <c>.tsv.gz</c>) is TSV, all else CSV.</summary>
    /// <exception cref="DataException">It is missing, not UTF-8, a quote is not closed, or rows differ in length.</exception>
    public static DelimitedTable Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        bool isTabbed = file.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".tsv.gz", StringComparison.OrdinalIgnoreCase);
        List<(int Line, List<string> Fields)> rows = isTabbed
            ? [.. TextFiles.ReadLines(file).Select((line, index) => (index + 1, line.Split('\t').ToList()))]
            : ReadQuoted(file, TextFiles.ReadText(file));
        if (rows.Count == 0)
        {
            throw DataException.About(file, "data.empty", "it is empty; the first line must name the columns.");
        }

        List<string> columns = rows[0].Fields;
        foreach ((int line, List<string> fields) in rows)
        {
            if (fields.Count != columns.Count)
            {
                throw DataException.About(file, "data.malformed", $"line {line} has {fields.Count} fields, but there are {columns.Count} columns.");
            }
        }

        return new DelimitedTable(file, columns, [.. rows.Skip(1).Select(row => row.Fields)]);
    }

    /// <summary>The number of a column.</summary>
    /// <exception cref="DataException">There is none of this name.</exception>
    public int IndexOf(string column)
    {
        int index = Columns.ToList().IndexOf(column);
        return index >= 0 ? index : throw DataException.About(
            File, "data.column", $"there is no column '{column}'. There are: {string.Join(", ", Columns)}.");
    }

    private static List<(int Line, List<string> Fields)> ReadQuoted(string file, string text)
    {
        var rows = new List<(int, List<string>)>();
        int position = 0;
        int line = 1;
        while (position < text.Length)
        {
            int first = line;
            rows.Add((first, ReadRow(file, text, ref position, ref line)));
        }

        return rows;
    }

    private static List<string> ReadRow(string file, string text, ref int position, ref int line)
    {
        var fields = new List<string>();
        while (true)
        {
            fields.Add(position < text.Length && text[position] == '"' ? ReadQuotedField(file, text, ref position, ref line) : ReadPlainField(text, ref position));
            if (position < text.Length && text[position] == ',')
            {
                position++;
                continue;
            }

            if (position < text.Length && text[position] == '\r')
            {
                position++;
            }

            if (position < text.Length && text[position] != '\n')
            {
                throw DataException.About(file, "data.malformed", $"line {line} has text after a closing quote. Double the quotes within a field.");
            }

            position++;
            line++;
            return fields;
        }
    }

    private static string ReadPlainField(string text, ref int position)
    {
        int length = text.AsSpan(position).IndexOfAny(",\r\n");
        length = length < 0 ? text.Length - position : length;
        // A carriage return alone ends no line.
        while (position + length + 1 < text.Length && text[position + length] == '\r' && text[position + length + 1] != '\n')
        {
            int more = text.AsSpan(position + length + 1).IndexOfAny(",\r\n");
            length = more < 0 ? text.Length - position : length + 1 + more;
        }

        string field = text.Substring(position, length);
        position += length;
        return field;
    }

    private static string ReadQuotedField(string file, string text, ref int position, ref int line)
    {
        var field = new StringBuilder();
        int first = line;
        position++;
        while (true)
        {
            if (position >= text.Length)
            {
                throw DataException.About(file, "data.malformed", $"the quote that opens in line {first} is not closed.");
            }

            char next = text[position++];
            if (next == '"')
            {
                if (position >= text.Length || text[position] != '"')
                {
                    return field.ToString();
                }

                position++;
            }

            line += next == '\n' ? 1 : 0;
            _ = field.Append(next);
        }
    }
}
