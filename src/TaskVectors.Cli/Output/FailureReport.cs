using System.Text.Json;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>Tells a user what went wrong, and turns it into an exit code.</summary>
internal sealed class FailureReport(Terminal terminal, bool json)
{
    private const string DebugVariable = "TASKVEC_DEBUG";

    public int Report(Exception failure) => failure switch
    {
        AggregateEditException several => Report([.. several.Errors.Select(Failure.Of)], isList: true),
        TaskVectorsException error => Report([Failure.Of(error)], isList: false),
        OperationCanceledException => Report([new Failure(ExitCode.Cancelled, "cancelled", CancelledMessage(failure))], isList: false),
        IOException or UnauthorizedAccessException =>
            Report([new Failure(ExitCode.InputOutput, "storage", failure.Message)], isList: false),
        _ => Report([Unexpected(failure)], isList: false),
    };

    private static string CancelledMessage(Exception failure) => failure is InterruptedEditException or InterruptedTrainingException ? failure.Message : "Cancelled.";

    private static Failure Unexpected(Exception failure)
    {
        bool debug = Environment.GetEnvironmentVariable(DebugVariable) == "1";
        string message = debug
            ? $"This is a bug in taskvec {ToolVersion.Current}: {failure}"
            : $"This is a bug in taskvec {ToolVersion.Current}: {failure.GetType().Name}: {failure.Message} "
                + $"Please report it with the stack trace that {DebugVariable}=1 shows.";
        return new Failure(ExitCode.Unexpected, "unexpected", message);
    }

    private int Report(IReadOnlyList<Failure> failures, bool isList)
    {
        if (json)
        {
            JsonDocumentText.Write(terminal.Output, writer => WriteJson(writer, failures, isList));
        }
        else
        {
            WriteText(failures);
        }

        return failures[0].Code;
    }

    private static void WriteJson(Utf8JsonWriter writer, IReadOnlyList<Failure> failures, bool isList)
    {
        writer.WriteStartObject();
        if (isList)
        {
            writer.WriteStartArray("errors");
            foreach (Failure failure in failures)
            {
                failure.Write(writer);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WritePropertyName("error");
            failures[0].Write(writer);
        }

        writer.WriteEndObject();
    }

    private void WriteText(IReadOnlyList<Failure> failures)
    {
        foreach (Failure failure in failures)
        {
            IEnumerable<string> lines = failure.Message.ReplaceLineEndings("\n").Split('\n').Select(Printable.Of);
            terminal.Error.WriteLine($"taskvec: {string.Join(Environment.NewLine, lines)}");
        }

        if (failures.Count > 1)
        {
            terminal.Error.WriteLine($"taskvec: {failures.Count} errors; nothing has been written.");
        }
    }
}
