using System.Globalization;
using System.Text.Json;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>What task vectors share: a bar a layer, or the report as it was written.</summary>
internal sealed class DecompositionText(DecompositionReport report, OutputTarget target)
{
    private const int BarCells = 24;

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            using JsonDocument document = JsonDocument.Parse(report.ToJson());
            reporter.WriteJson(json => document.WriteTo(json));
            return;
        }

        Layers().Write(reporter.Terminal);
        Tasks().Write(reporter.Terminal);
        reporter.WriteLine(Printable.Of(report.Summary));
        reporter.Summarize(
            $"Wrote {Printable.Of(target.Path)}: {Counting.Of(report.Files.Count, "part")} and {DecompositionReport.FileName}.");
        foreach (string note in report.Notes)
        {
            reporter.Note(Printable.Of(note));
        }

        foreach (string warning in report.Warnings)
        {
            reporter.Warn(warning);
        }
    }

    private TextTable Layers()
    {
        TextTable table = new TextTable()
            .AddColumn("Tensor")
            .AddColumn("Ranks", true)
            .AddColumn("Of", true)
            .AddColumn("Shared", true)
            .AddColumn("Chance", true)
            .AddColumn("Share", true)
            .AddColumn("of the squared norm")
            .AddColumn(string.Empty);
        foreach (TensorDecomposition tensor in report.Tensors)
        {
            double share = tensor.SharedFraction.Average();
            (int least, int most) = (tensor.Ranks.Min(), tensor.Ranks.Max());
            table.AddRow(
                tensor.Name,
                least == most ? Counting.Exact(most) : $"{Counting.Exact(least)}-{Counting.Exact(most)}",
                Counting.Exact(tensor.Dimension),
                tensor.RowSide is { } rows ? $"{tensor.SharedDimension} x {rows.SharedDimension}" : Counting.Exact(tensor.SharedDimension),
                tensor.ChanceDimension is { } chance ? chance.ToString("0.#", CultureInfo.InvariantCulture) : "-",
                Percent(share),
                Bar(share),
                tensor.Verdict);
        }

        return table;
    }

    private TextTable Tasks()
    {
        TextTable table =
            new TextTable().AddColumn("Task").AddColumn("Norm", true).AddColumn("Shared", true).AddColumn("of its squared norm");
        if (report.UniqueError is not null)
        {
            _ = table.AddColumn("Lost of unique", true);
        }

        for (int task = 0; task < report.Tasks.Count; task++)
        {
            double share = report.SharedFraction[task];
            string[] row = [report.Tasks[task], Counting.Measure(report.Norms[task]), Percent(share), Bar(share)];
            table.AddRow(report.UniqueError is { } lost ? [.. row, Percent(lost[task])] : row);
        }

        return table;
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");

    private static string Bar(double share)
    {
        int cells = (int)Math.Round(BarCells * Math.Clamp(share, 0, 1));
        return new string('█', cells) + new string('░', BarCells - cells);
    }
}
