using Spectre.Console;

namespace TaskVectors.Cli.Output;

/// <summary>Tables on standard output: fitted to a terminal, one row a line elsewhere.</summary>
internal sealed class TextTable
{
    private const int Unlimited = 100_000;

    private readonly Table _table = new() { Border = TableBorder.Simple };

    /// <summary>A list of terms and what is said of each, without a heading.</summary>
    public static TextTable CreateList()
    {
        var list = new TextTable();
        list._table.Border = TableBorder.None;
        list._table.ShowHeaders = false;
        _ = list._table.AddColumn(new TableColumn(string.Empty) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn(string.Empty);
        return list;
    }

    /// <summary>Adds a column.</summary>
    public TextTable AddColumn(string title, bool isNumeric = false)
    {
        var column = new TableColumn(Markup.Escape(title)) { NoWrap = isNumeric };
        _ = _table.AddColumn(isNumeric ? column.RightAligned() : column);
        return this;
    }

    /// <summary>Adds a row of plain text.</summary>
    public void AddRow(params ReadOnlySpan<string> cells)
    {
        var row = new List<Text>(cells.Length);
        foreach (string cell in cells)
        {
            row.Add(new Text(Printable.Of(cell)));
        }

        _ = _table.AddRow(row);
    }

    /// <summary>Writes the table.</summary>
    public void Write(Terminal terminal)
    {
        if (terminal.IsOutputInteractive)
        {
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Output) }).Write(_table);
        }
        else
        {
            WritePlain(terminal.Output);
        }
    }

    // Without colours, which build servers would be given, and without the blanks that fill the last column.
    private void WritePlain(TextWriter output)
    {
        using var text = new StringWriter();
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors };
        settings.Enrichment.UseDefaultEnrichers = false;
        IAnsiConsole console = AnsiConsole.Create(settings);
        console.Profile.Width = Unlimited;
        console.Write(_table);
        foreach (string line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            output.WriteLine(line.TrimEnd());
        }
    }
}
