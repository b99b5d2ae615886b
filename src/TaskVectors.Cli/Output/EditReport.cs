using System.Globalization;
using System.Text.Json;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;

namespace TaskVectors.Cli.Output;

/// <summary>How an edit went: what was written, how fast, and what rounding took.</summary>
internal sealed class EditReport(OutputTarget target, Manifest manifest, IReadOnlyList<string> warnings)
{
    private long Bytes => manifest.Files.Sum(file => file.Bytes);

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                WriteMembers(json);
                json.WriteEndObject();
            });
            return;
        }

        WriteText(reporter);
    }

    /// <summary>The summary, and warnings on standard error.</summary>
    public void WriteText(Reporter reporter)
    {
        string speed = manifest.Seconds > 0 ? $" ({ProgressText.Speed(Bytes / manifest.Seconds)} written)" : string.Empty;
        string size = $"{Counting.Of(manifest.Files.Length, "file")}, {ByteSize.Format(Bytes)}";
        string time = ProgressText.Duration(TimeSpan.FromSeconds(manifest.Seconds));
        reporter.Summarize($"Wrote {Printable.Of(target.Path)}: {manifest.Kind}, {size}, in {time}{speed}.");
        string saturated = Counting.Of(manifest.Saturated, "value");
        reporter.Summarize($"Rounding loss {Loss()}; {saturated} saturated, {Counting.Exact(manifest.NaNCount)} NaN.");
        foreach (string warning in warnings)
        {
            reporter.Warn(warning);
        }
    }

    /// <summary>The members of the JSON form.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("output", target.Path);
        json.WriteString("kind", manifest.Kind);
        json.WriteString("expression", manifest.Expression);
        json.WriteString("manifest", target.ManifestPath);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("seconds", manifest.Seconds);
        json.WriteNumber("tensors", manifest.Tensors.Length);
        json.WriteMeasure("editNorm", manifest.EditNorm);
        json.WriteMeasure("roundingLoss", manifest.RoundingLoss ?? double.NaN);
        json.WriteMeasure("roundingNorm", manifest.RoundingNorm);
        json.WriteNumber("saturated", manifest.Saturated);
        json.WriteNumber("nanCount", manifest.NaNCount);
        json.WriteStartArray("files");
        foreach (ManifestFile file in manifest.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteString("hash", file.Hash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("warnings", warnings);
    }

    private string Loss() => manifest.RoundingLoss switch
    {
        0 => "none",
        < 1e-5 => "below 0.001% of the edit",
        { } loss => string.Create(CultureInfo.InvariantCulture, $"{100 * loss:G3}% of the edit"),
        null => $"{Counting.Measure(manifest.RoundingNorm)} in norm, by conversion alone",
    };
}
