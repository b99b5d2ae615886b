using System.Text.Json;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Cli.Output;

/// <summary>What a decomposition would do, and its cost, before anything is written.</summary>
internal sealed class DecompositionPlanReport(DecompositionPlan plan)
{
    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        reporter.WriteLine("Plan, nothing written:");
        foreach (PlannedInput input in plan.Inputs)
        {
            string kind = input.IsVector ? "task vector" : "checkpoint";
            reporter.WriteLine($"  input   {Printable.Of(input.Name)}: {kind}, {Printable.Of(input.Source.Path)}");
        }

        reporter.WriteLine($"  tensors {string.Join(", ", Counts().Select(count => $"{Counting.Exact(count.Count)} {count.Treatment}"))}");
        reporter.WriteLine($"  read    {ByteSize.Format(plan.BytesRead)}");
        string most = plan.Parts.Any(part => part.IsLowRank) ? " at most" : string.Empty;
        reporter.WriteLine($"  write   {ByteSize.Format(plan.BytesWritten)}{most}");
        reporter.WriteLine($"  memory  {ByteSize.Format(plan.PeakBytes)} of matrices and buffers at most");
        foreach (PlannedPart part in plan.Parts)
        {
            reporter.WriteLine($"  {(part.IsLowRank ? "adapter" : "file   ")} {Printable.Of(part.Path)}");
        }

        foreach (string note in plan.Notes)
        {
            reporter.Note(Printable.Of(note));
        }

        foreach (string warning in plan.Warnings)
        {
            reporter.Warn(warning);
        }
    }

    private IEnumerable<(string Treatment, int Count)> Counts() =>
        plan.Tensors
            .CountBy(tensor => tensor.Treatment)
            .OrderBy(count => count.Key)
            .Select(count => (OptionNames.Of(count.Key), count.Value));

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", true);
        json.WriteString("output", plan.Target.Path);
        json.WriteStrings("tasks", plan.Inputs.Skip(1).Select(input => input.Name));
        json.WriteStartObject("tensors");
        foreach ((string treatment, int count) in Counts())
        {
            json.WriteNumber(treatment, count);
        }

        json.WriteEndObject();
        json.WriteStrings(
            "decomposed", plan.Tensors.Where(tensor => tensor.Treatment == TensorTreatment.Decompose).Select(tensor => tensor.Base.Name));
        json.WriteNumber("bytesRead", plan.BytesRead);
        json.WriteNumber("bytesWritten", plan.BytesWritten);
        json.WriteNumber("peakBufferBytes", plan.PeakBytes);
        json.WriteStrings("files", plan.Parts.Select(part => part.Path));
        json.WriteStrings("notes", plan.Notes);
        json.WriteStrings("warnings", plan.Warnings);
        json.WriteEndObject();
    }
}
