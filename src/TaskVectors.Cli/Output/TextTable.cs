using Spectre.Console;

namespace TaskVectors.Cli.Output;

/// <summary>Tables on standard output: fitted to a terminal, one row a line elsewhere.</summary>
internal sealed class TextTable
{
    private const int Unlimited = 100_000;

    private readonly Table _table = new() { Border = TableBorder.Simple };

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
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Output) };
        if (!terminal.IsOutputInteractive)
        {
            settings.Ansi = AnsiSupport.No;
            settings.Enrichment.UseDefaultEnrichers = false; // build servers would be given colours
            settings.ColorSystem = ColorSystemSupport.NoColors;
        }

        IAnsiConsole console = AnsiConsole.Create(settings);
        if (!terminal.IsOutputInteractive)
        {
            console.Profile.Width = Unlimited;
        }

        console.Write(_table);
    }
}
