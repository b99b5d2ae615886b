using System.CommandLine;
using System.Text.Json;
using TaskVectors.Cli.Options;

namespace TaskVectors.Cli.Output;

/// <summary>How one command speaks: a JSON document or text on standard output, messages on standard error.</summary>
internal sealed class Reporter(Terminal terminal, ParseResult parsed)
{
    /// <summary>Whether the result is a JSON document.</summary>
    public bool IsJson { get; } = parsed.GetValue<bool>(CommonOptions.JsonName);

    /// <summary>Whether progress and summaries are unwanted.</summary>
    public bool IsQuiet { get; } = parsed.GetValue<bool>(CommonOptions.QuietName);

    public Terminal Terminal { get; } = terminal;

    /// <summary>Writes the one JSON document.</summary>
    public void WriteJson(Action<Utf8JsonWriter> write) => JsonDocumentText.Write(Terminal.Output, write);

    /// <summary>Writes a line of the result.</summary>
    public void WriteLine(string line = "") => Terminal.Output.WriteLine(line);

    /// <summary>Writes a line of the summary, unless quiet.</summary>
    public void Summarize(string line)
    {
        if (!IsQuiet)
        {
            Terminal.Output.WriteLine(line);
        }
    }

    /// <summary>Tells what goes on, unless quiet.</summary>
    public void Note(string line)
    {
        if (!IsQuiet)
        {
            Terminal.Error.WriteLine(line);
        }
    }

    /// <summary>Warns.</summary>
    public void Warn(string message) => Terminal.Error.WriteLine($"warning: {Printable.Of(message)}");
}
