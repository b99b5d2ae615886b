using System.Text.Json;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Cli.Output;

/// <summary>A plan and its cost, before anything is written.</summary>
internal sealed class PlanReport(EditPlan plan, IReadOnlyList<string> warnings)
{
    /// <summary>The speed that the estimate assumes; a plain NVMe disk sustains it.</summary>
    private const long AssumedBytesPerSecond = 1_000_000_000;

    private double EstimatedSeconds => (double)(plan.BytesRead + plan.BytesWritten) / AssumedBytesPerSecond;

    private bool IsFreeSpaceKnown => plan.FreeSpace != long.MaxValue;

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
        }
        else
        {
            WriteText(reporter);
        }
    }

    private static string Describe(ManifestRecipe recipe) =>
        $"{recipe.Name}: {string.Join("; ", recipe.Merges.Select(merge => $"{merge.Method} of {(merge.Models.IsEmpty ? merge.Base : string.Join(", ", merge.Models))}"))}";

    private int Count(TensorOperation operation) => plan.Tensors.Count(tensor => tensor.Operation == operation);

    private void WriteText(Reporter reporter)
    {
        reporter.WriteLine($"Plan, nothing written: {Printable.Of(plan.Recipe is { } recipe ? Describe(recipe) : plan.Expression)}");
        foreach (PlannedInput input in plan.Inputs.Where(input => !input.IsComputed))
        {
            reporter.WriteLine($"  input   {Printable.Of(input.Name)}: {input.Kind.Replace('-', ' ')}, {Printable.Of(input.Source.Path)}");
        }

        reporter.WriteLine(
            $"  tensors {Counting.Exact(Count(TensorOperation.Copy))} copied, {Counting.Exact(Count(TensorOperation.Linear))} computed");
        reporter.WriteLine($"  read    {ByteSize.Format(plan.BytesRead)}");
        string free = IsFreeSpaceKnown ? $", {ByteSize.Format(plan.FreeSpace)} free" : string.Empty;
        reporter.WriteLine($"  write   {ByteSize.Format(plan.BytesWritten)}{free}");
        reporter.WriteLine($"  memory  {ByteSize.Format(plan.PeakBufferBytes)} of buffers at most");
        string time = ProgressText.Duration(TimeSpan.FromSeconds(EstimatedSeconds));
        reporter.WriteLine($"  time    about {time}, at {ProgressText.Speed(AssumedBytesPerSecond)} of disk");
        foreach (SafetensorsFileLayout file in plan.Files)
        {
            reporter.WriteLine($"  file    {Printable.Of(PathOf(file))}, {ByteSize.Format(file.Length)}");
        }

        foreach (CompanionFile file in plan.CompanionFiles)
        {
            reporter.WriteLine($"  file    {Printable.Of(file.RelativePath)}, {ByteSize.Format(file.Length)}{(file.Content is null ? ", from the base" : string.Empty)}");
        }

        foreach (string warning in warnings)
        {
            reporter.Warn(warning);
        }
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", true);
        json.WriteString("output", plan.Target.Path);
        json.WriteString("kind", plan.IsTaskVector ? "task-vector" : "checkpoint");
        json.WriteString("expression", plan.Expression);
        WriteInputs(json);
        json.WriteStartObject("tensors");
        json.WriteNumber("copy", Count(TensorOperation.Copy));
        json.WriteNumber("linear", Count(TensorOperation.Linear));
        json.WriteEndObject();
        json.WriteNumber("bytesRead", plan.BytesRead);
        json.WriteNumber("bytesWritten", plan.BytesWritten);
        json.WriteNumber("peakBufferBytes", plan.PeakBufferBytes);
        json.WriteMeasure("freeSpace", IsFreeSpaceKnown ? plan.FreeSpace : double.NaN);
        json.WriteNumber("estimatedSeconds", EstimatedSeconds);
        json.WriteNumber("assumedBytesPerSecond", AssumedBytesPerSecond);
        WriteFiles(json);
        json.WriteStrings("warnings", warnings);
        json.WriteEndObject();
    }

    private void WriteInputs(Utf8JsonWriter json)
    {
        json.WriteStartArray("inputs");
        foreach (PlannedInput input in plan.Inputs.Where(input => !input.IsComputed))
        {
            json.WriteStartObject();
            json.WriteString("name", input.Name);
            json.WriteString("path", input.Source.Path);
            json.WriteString("format", input.Source.Format);
            json.WriteString("kind", input.Kind);
            json.WriteString("fingerprint", input.Fingerprint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteFiles(Utf8JsonWriter json)
    {
        json.WriteStartArray("files");
        IEnumerable<(string Path, long Bytes)> files = plan.Files.Select(file => (PathOf(file), file.Length))
            .Concat(plan.CompanionFiles.Select(file => (file.RelativePath, file.Length)));
        foreach ((string path, long bytes) in files)
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteNumber("bytes", bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private string PathOf(SafetensorsFileLayout file) => plan.Target.IsSingleFile ? Path.GetFileName(plan.Target.Path) : file.FileName;
}
