using System.Globalization;
using System.Text.Json;
using TaskVectors.Analysis;

namespace TaskVectors.Cli.Output;

/// <summary>A comparison of task vectors, as tables or JSON.</summary>
internal sealed class ComparisonText(ComparisonReport report)
{
    public void Write(Reporter reporter, int top)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        Norms().Write(reporter.Terminal);
        if (report.Names.Count > 1)
        {
            reporter.WriteLine("Cosines between task vectors");
            Cosines().Write(reporter.Terminal);
        }

        if (top > 0)
        {
            reporter.WriteLine("Tensors moved furthest: norm of the difference");
            Layers(top).Write(reporter.Terminal);
        }
    }

    private TextTable Norms()
    {
        TextTable table = new TextTable()
            .AddColumn("Task vector")
            .AddColumn("Norm", true)
            .AddColumn($"Relative to {Printable.Of(report.Base)}", true);
        for (int model = 0; model < report.Names.Count; model++)
        {
            table.AddRow(
                report.Names[model],
                Counting.Measure(report.Norms[model]),
                string.Create(CultureInfo.InvariantCulture, $"{100 * report.RelativeNorms[model]:G4}%"));
        }

        return table;
    }

    private TextTable Cosines()
    {
        TextTable table = WithColumnPerModel(string.Empty);
        for (int model = 0; model < report.Names.Count; model++)
        {
            IEnumerable<string> row = report.Cosines[model].Select(cosine => (Math.Round(cosine, 4) + 0.0).ToString("F4", CultureInfo.InvariantCulture));
            table.AddRow([report.Names[model], .. row]);
        }

        return table;
    }

    private TextTable WithColumnPerModel(string first) =>
        report.Names.Aggregate(new TextTable().AddColumn(first), (columns, name) => columns.AddColumn(Printable.Of(name), true));

    private TextTable Layers(int top)
    {
        TextTable table = WithColumnPerModel("Tensor");
        foreach (LayerComparison layer in report.Layers.OrderByDescending(layer => layer.Norms.Max()).Take(top))
        {
            table.AddRow([layer.Name, .. layer.Norms.Select(Counting.Measure)]);
        }

        return table;
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("base", report.Base);
        json.WriteStrings("names", report.Names);
        json.WriteMeasures("norms", report.Norms);
        json.WriteMeasures("relativeNorms", report.RelativeNorms);
        json.WriteStartArray("cosines");
        foreach (IReadOnlyList<double> row in report.Cosines)
        {
            json.WriteMeasures(row);
        }

        json.WriteEndArray();
        json.WriteStartArray("layers");
        foreach (LayerComparison layer in report.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("elements", layer.Elements);
            json.WriteMeasures("norms", layer.Norms);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
