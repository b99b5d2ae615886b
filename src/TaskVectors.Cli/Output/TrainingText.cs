using System.Globalization;
using System.Text.Json;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Training;
using TaskVectors.Models.Training.Configuration;
using TaskVectors.Models.Training.Lora;

namespace TaskVectors.Cli.Output;

/// <summary>What a run would train, or has trained, as text or JSON.</summary>
internal sealed class TrainingText(TrainingJob job, string folder)
{
    private long TrainedNumbers => job.Parameters.Sum(Count);

    public void WritePlan(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("dryRun", true);
                WriteRun(json);
                json.WriteStrings("classes", job.ClassNames);
                json.WriteStrings("parameters", job.Parameters);
                json.WriteEndObject();
            });
            return;
        }

        TrainingOptions options = job.Options;
        reporter.WriteLine($"Plan, nothing written: {Printable.Of(folder)}");
        reporter.WriteLine($"  model    {job.Model.Architecture}");
        string heldOut = job.HeldOut > 0 ? $", {Counting.Exact(job.HeldOut)} held out" : string.Empty;
        reporter.WriteLine($"  data     {Counting.Exact(job.Examples)} examples{heldOut}{(job.ClassNames.Count > 0 ? $", {job.ClassNames.Count} classes" : string.Empty)}");
        reporter.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  steps    {options.Steps} of {options.BatchSize} examples: {job.Epochs:0.##} epochs, {options.WarmUpSteps} of warm-up"));
        reporter.WriteLine($"  trained  {Counting.Exact(TrainedNumbers)} numbers, {(options.Lora is null ? "in" : "in adapters of")} {job.Parameters.Count} tensors");
    }

    public void WriteResult(Reporter reporter, TrainingResult result, TimeSpan elapsed)
    {
        double? loss = result.Losses.Count > 0 ? result.Losses[^1] : null;
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                WriteRun(json);
                json.WriteNumber("resumedAt", result.ResumedAt);
                json.WriteNumber("writtenStep", result.WrittenStep);
                json.WriteMeasure("loss", loss ?? double.NaN);
                json.WriteStartArray("validation");
                foreach (Metric metric in result.Validation?.Metrics ?? [])
                {
                    EvaluationText.WriteMetric(json, metric);
                }

                json.WriteEndArray();
                json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
                json.WriteEndObject();
            });
            return;
        }

        if (result.Validation is { } validation)
        {
            foreach (Metric metric in validation.Metrics)
            {
                reporter.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"held-out {metric.Name} {metric.Value:0.0000} ({metric.Interval.Low:0.0000} to {metric.Interval.High:0.0000}, {metric.Count})"));
            }
        }

        string best = result.WrittenStep == result.Steps ? string.Empty : $", the best of which, step {result.WrittenStep}, was kept";
        reporter.Summarize(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Steps} steps in {ProgressText.Duration(elapsed)}{(loss is null ? string.Empty : $", last loss {loss:0.0000}")}{best}; {Printable.Of(folder)}"));
    }

    private void WriteRun(Utf8JsonWriter json)
    {
        json.WriteString("output", folder);
        json.WriteString("kind", job.Options.Lora is null ? "checkpoint" : "adapter");
        json.WriteString("architecture", job.Model.Architecture);
        json.WriteNumber("examples", job.Examples);
        json.WriteNumber("heldOut", job.HeldOut);
        json.WriteNumber("steps", job.Options.Steps);
        json.WriteNumber("warmupSteps", job.Options.WarmUpSteps);
        json.WriteNumber("batchSize", job.Options.BatchSize);
        json.WriteNumber("epochs", job.Epochs);
        json.WriteNumber("trainedNumbers", TrainedNumbers);
    }

    private long Count(string name)
    {
        Tensor parameter = job.Model.Parameters[name];
        return job.Options.Lora is LoraOptions lora ? (long)lora.Rank * (parameter.Size(0) + parameter.Size(1)) : parameter.Count;
    }
}
