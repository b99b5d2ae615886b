using System.Globalization;
using System.Text.Json;
using TaskVectors.Analysis;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>What an extracted adapter loses, layer by layer and in all.</summary>
internal sealed class ExtractionText(LowRankResult result, RankRule rule, OutputTarget target, bool isDryRun)
{
    private const int MostListed = 5;

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        Layers().Write(reporter.Terminal);
        reporter.WriteLine(
            $"Relative error {Percent(result.RelativeError)} over {Matrices} with factors; "
            + $"{Percent(result.TotalRelativeError)} of the whole task vector.");
        if (result.Saved.Count > 0)
        {
            reporter.WriteLine($"Stored whole: {Names([.. result.Saved.Select(saved => saved.Tensor.Name)])}.");
        }

        if (result.LeftOut.Count > 0)
        {
            string[] largest = [.. result.LeftOut.OrderByDescending(tensor => tensor.Norm).Select(tensor => tensor.Name)];
            reporter.WriteLine(
                $"Left out, as an adapter has no factors for them or the choice of tensors leaves them out: {Names(largest)}. --modules-to-save stores tensors whole.");
        }

        foreach (string note in result.Notes)
        {
            reporter.Note(Printable.Of(note));
        }

        foreach (string fallback in result.Fallbacks)
        {
            reporter.Warn(fallback);
        }

        reporter.Summarize(isDryRun ? "Nothing written." : $"Wrote {Printable.Of(target.Path)}.");
    }

    private string Matrices => result.Errors.Count == 1 ? "1 matrix" : $"{Counting.Exact(result.Errors.Count)} matrices";

    private TextTable Layers()
    {
        TextTable table = new TextTable().AddColumn("Tensor").AddColumn("Rank", true).AddColumn("Norm", true).AddColumn("Relative error", true);
        foreach (LowRankError error in result.Errors)
        {
            table.AddRow(error.Name, Counting.Exact(error.Rank), Counting.Measure(error.Norm), Percent(error.RelativeError));
        }

        return table;
    }

    private static string Names(string[] names)
    {
        string listed = string.Join(", ", names.Take(MostListed).Select(Printable.Of));
        return names.Length > MostListed ? $"{listed} and {names.Length - MostListed} more" : listed;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("output", target.Path);
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteString("rank", rule.ToString());
        json.WriteMeasure("relativeError", result.RelativeError);
        json.WriteMeasure("totalRelativeError", result.TotalRelativeError);
        json.WriteStartArray("tensors");
        foreach (LowRankError error in result.Errors)
        {
            json.WriteStartObject();
            json.WriteString("name", error.Name);
            json.WriteNumber("rank", error.Rank);
            json.WriteMeasure("norm", error.Norm);
            json.WriteMeasure("error", error.Error);
            json.WriteMeasure("relativeError", error.RelativeError);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("saved", result.Saved.Select(saved => saved.Tensor.Name));
        json.WriteStartArray("leftOut");
        foreach (LeftOutTensor tensor in result.LeftOut)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteMeasure("norm", tensor.Norm);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("notes", result.Notes);
        json.WriteStrings("warnings", result.Fallbacks);
        json.WriteEndObject();
    }
}
