using System.Globalization;
using System.Text.Json;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Output;

/// <summary>What an evaluation found, as a table or JSON.</summary>
internal sealed class EvaluationText(string model, string architecture, EvaluationResult result, bool withPredictions)
{
    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        TextTable table = new TextTable()
            .AddColumn("Metric")
            .AddColumn("Value", isNumeric: true)
            .AddColumn("95 % interval", isNumeric: true)
            .AddColumn("Count", isNumeric: true);
        foreach (Metric metric in result.Metrics)
        {
            table.AddRow(metric.Name, Number(metric.Value), Interval(metric), Counting.Exact(metric.Count));
        }

        table.Write(reporter.Terminal);
        reporter.Summarize($"{architecture}, {Printable.Of(model)}");
    }

    /// <summary>The ends of an interval, for a table.</summary>
    public static string Interval(Metric metric) => $"{Number(metric.Interval.Low)} to {Number(metric.Interval.High)}";

    /// <summary>Writes a metric as a JSON object.</summary>
    public static void WriteMetric(Utf8JsonWriter json, Metric metric)
    {
        json.WriteStartObject();
        json.WriteString("name", metric.Name);
        json.WriteMeasure("value", metric.Value);
        json.WriteMeasure("low", metric.Interval.Low);
        json.WriteMeasure("high", metric.Interval.High);
        json.WriteNumber("count", metric.Count);
        json.WriteEndObject();
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("architecture", architecture);
        json.WriteString("task", result.Evaluator);
        json.WriteStartArray("metrics");
        foreach (Metric metric in result.Metrics)
        {
            WriteMetric(json, metric);
        }

        json.WriteEndArray();
        if (withPredictions)
        {
            json.WriteStartArray("predictions");
            foreach (int prediction in result.Predictions)
            {
                json.WriteNumberValue(prediction);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
