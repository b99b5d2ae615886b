using System.Globalization;
using System.Text.Json;
using TaskVectors.Analysis;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Output;

/// <summary>What the demo did, as tables or JSON.</summary>
internal sealed class DemoReport(ComparisonReport comparison, IReadOnlyList<DemoStep> steps, IReadOnlyList<string> sets, IReadOnlyList<DemoAccuracy> accuracies)
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
        if (accuracies.Count > 0)
        {
            reporter.Summarize($"Accuracy on {Counting.Of(accuracies[0].Accuracies[0].Count, "test image")} of each set, on which no model was trained (95 % interval):");
            Accuracies().Write(reporter.Terminal);
        }

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

    private TextTable Accuracies()
    {
        TextTable table = new TextTable().AddColumn("Model");
        foreach (string set in sets)
        {
            _ = table.AddColumn(set, isNumeric: true);
        }

        foreach (DemoAccuracy accuracy in accuracies)
        {
            table.AddRow([accuracy.Model, .. accuracy.Accuracies.Select(Share)]);
        }

        return table;
    }

    private static string Share(Metric metric) => string.Create(
        CultureInfo.InvariantCulture, $"{metric.Value:P1} ({metric.Interval.Low:P1} to {metric.Interval.High:P1})");

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
        WriteAccuracies(json);
        json.WriteEndObject();
    }

    private void WriteAccuracies(Utf8JsonWriter json)
    {
        json.WriteStartArray("accuracies");
        foreach (DemoAccuracy accuracy in accuracies)
        {
            for (int set = 0; set < sets.Count; set++)
            {
                json.WriteStartObject();
                json.WriteString("model", accuracy.Model);
                json.WriteString("set", sets[set]);
                json.WritePropertyName("accuracy");
                EvaluationText.WriteMetric(json, accuracy.Accuracies[set]);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
