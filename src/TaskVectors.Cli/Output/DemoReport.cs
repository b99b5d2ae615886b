using System.Globalization;
using System.Text.Json;
using TaskVectors.Analysis;

namespace TaskVectors.Cli.Output;

/// <summary>What the demo did, as tables or JSON.</summary>
internal sealed class DemoReport(ComparisonReport comparison, IReadOnlyList<DemoStep> steps)
{
    private const int LargestTensors = 3;

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        new ComparisonText(comparison).Write(reporter, LargestTensors);
        Steps().Write(reporter.Terminal);
        reporter.Summarize("The same by hand:");
        foreach (DemoStep step in steps)
        {
            reporter.Summarize("  " + step.Command);
        }
    }

    private TextTable Steps()
    {
        TextTable table = new TextTable()
            .AddColumn("Step")
            .AddColumn("Moved by", isNumeric: true)
            .AddColumn("Size", isNumeric: true)
            .AddColumn("Time", isNumeric: true)
            .AddColumn("Peak memory", isNumeric: true)
            .AddColumn("Verified");
        foreach (DemoStep step in steps)
        {
            table.AddRow(
                step.Name,
                step.EditNorm.ToString("F3", CultureInfo.InvariantCulture),
                ByteSize.Format(step.Bytes),
                string.Create(CultureInfo.InvariantCulture, $"{step.Seconds:F2} s"),
                ByteSize.Format(step.PeakBytes),
                step.IsVerified ? "every byte" : "DIFFERS");
        }

        return table;
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStrings("names", comparison.Names);
        json.WriteMeasures("norms", comparison.Norms);
        json.WriteStartArray("steps");
        foreach (DemoStep step in steps)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteString("command", step.Command);
            json.WriteNumber("bytes", step.Bytes);
            json.WriteMeasure("seconds", step.Seconds);
            json.WriteNumber("peakBytes", step.PeakBytes);
            json.WriteMeasure("editNorm", step.EditNorm);
            json.WriteBoolean("verified", step.IsVerified);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
