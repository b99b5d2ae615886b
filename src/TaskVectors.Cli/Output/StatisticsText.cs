using System.Globalization;
using TaskVectors.Models.Statistics;

namespace TaskVectors.Cli.Output;

/// <summary>What statistics are made, or were.</summary>
internal sealed class StatisticsText(ModelStatistics statistics, string architecture, string task, string output)
{
    private long Bytes => statistics.Tensors.Sum(tensor => tensor.ByteCount);

    private string Outcomes => statistics.Labels is { } labels ? $", outcomes {OptionNames.Of(labels)}" : string.Empty;

    public void WritePlan(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            Write(reporter, null);
            return;
        }

        reporter.WriteLine($"Plan, nothing written: {Describe()}");
        reporter.WriteLine($"  passes  {statistics.Passes} over the examples");
        reporter.WriteLine($"  file    {Printable.Of(output)}, {ByteSize.Format(Bytes)}");
    }

    public void WriteResult(Reporter reporter, TimeSpan elapsed)
    {
        if (reporter.IsJson)
        {
            Write(reporter, elapsed);
            return;
        }

        reporter.Summarize($"{Describe()}: written to {Printable.Of(output)} ({ByteSize.Format(Bytes)}) in {ProgressText.Duration(elapsed)}");
    }

    private string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{OptionNames.Of(statistics.Kind)} of {architecture}, {statistics.Tensors.Count} tensors from {statistics.Examples} examples{Outcomes}");

    private void Write(Reporter reporter, TimeSpan? elapsed) => reporter.WriteJson(json =>
    {
        json.WriteStartObject();
        if (elapsed is null)
        {
            json.WriteBoolean("dryRun", true);
        }

        json.WriteString("output", output);
        json.WriteString("kind", OptionNames.Of(statistics.Kind));
        json.WriteString("architecture", architecture);
        json.WriteString("task", task);
        json.WriteNumber("examples", statistics.Examples);
        if (statistics.Labels is { } labels)
        {
            json.WriteString("outcomes", OptionNames.Of(labels));
        }

        json.WriteNumber("tensors", statistics.Tensors.Count);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("passes", statistics.Passes);
        if (elapsed is { } time)
        {
            json.WriteNumber("seconds", Math.Round(time.TotalSeconds, 3));
        }

        json.WriteEndObject();
    });
}
