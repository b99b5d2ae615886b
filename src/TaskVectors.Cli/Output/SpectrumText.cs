using System.Globalization;
using System.Text.Json;
using TaskVectors.Analysis;

namespace TaskVectors.Cli.Output;

/// <summary>Spectra of task vectors, as tables or JSON.</summary>
internal sealed class SpectrumText(SpectrumReport report)
{
    private const int SparklineLength = 16;
    private const string Blocks = "▁▂▃▄▅▆▇█";

    private static readonly double[] Energies = [0.5, 0.9, 0.99];

    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(WriteJson);
            return;
        }

        Spectra().Write(reporter.Terminal);
        if (report.Names.Count > 1)
        {
            reporter.WriteLine("Overlap of the leading column spaces: mean squared cosine of the principal angles");
            Overlaps().Write(reporter.Terminal);
        }

        foreach (string fallback in report.Fallbacks)
        {
            reporter.Warn(fallback);
        }
    }

    private TextTable Spectra()
    {
        TextTable table = new TextTable()
            .AddColumn("Tensor")
            .AddColumn("Task vector")
            .AddColumn("Singular values")
            .AddColumn("Rank", true)
            .AddColumn("Largest", true)
            .AddColumn("Effective rank", true)
            .AddColumn("Stable rank", true);
        foreach (double energy in Energies)
        {
            _ = table.AddColumn(string.Create(CultureInfo.InvariantCulture, $"{100 * energy:G3}% at"), true);
        }

        foreach (LayerSpectrum layer in report.Layers)
        {
            for (int vector = 0; vector < report.Names.Count; vector++)
            {
                SpectrumOfMatrix spectrum = layer.Spectra[vector];
                table.AddRow(
                [
                    $"{layer.Name} [{layer.Rows}, {layer.Columns}]",
                    report.Names[vector],
                    Sparkline([.. spectrum.SingularValues.Take(spectrum.NumericalRank)]),
                    Counting.Exact(spectrum.NumericalRank),
                    Counting.Measure(spectrum.SpectralErrorOfRank(0)),
                    spectrum.EffectiveRank.ToString("F1", CultureInfo.InvariantCulture),
                    spectrum.StableRank.ToString("F1", CultureInfo.InvariantCulture),
                    .. Energies.Select(energy => spectrum.RankForEnergy(energy).ToString(CultureInfo.InvariantCulture)),
                ]);
            }
        }

        return table;
    }

    private TextTable Overlaps()
    {
        TextTable table = new TextTable().AddColumn("Tensor");
        foreach (SubspaceAngles pair in report.Layers.Select(layer => layer.Angles).FirstOrDefault([]))
        {
            _ = table.AddColumn($"{Printable.Of(report.Names[pair.First])}, {Printable.Of(report.Names[pair.Second])}", true);
        }

        foreach (LayerSpectrum layer in report.Layers)
        {
            table.AddRow([layer.Name, .. layer.Angles.Select(pair => pair.Overlap.ToString("F3", CultureInfo.InvariantCulture))]);
        }

        return table;
    }

    // Each mark is the largest of a run of values, relative to the largest of all. Values that are zero are left out: an adapter has many.
    private static string Sparkline(double[] values)
    {
        int marks = Math.Min(SparklineLength, values.Length);
        IEnumerable<double> heights = Enumerable.Range(0, marks).Select(mark => values[(int)((long)mark * values.Length / marks)]);
        return string.Concat(heights.Select(height => Blocks[(int)Math.Min(Blocks.Length - 1, height / values[0] * Blocks.Length)]));
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStrings("names", report.Names);
        json.WriteStartArray("layers");
        foreach (LayerSpectrum layer in report.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("rows", layer.Rows);
            json.WriteNumber("columns", layer.Columns);
            json.WriteStartArray("spectra");
            for (int vector = 0; vector < report.Names.Count; vector++)
            {
                WriteSpectrum(json, report.Names[vector], layer.Spectra[vector]);
            }

            json.WriteEndArray();
            json.WriteStartArray("angles");
            foreach (SubspaceAngles pair in layer.Angles)
            {
                json.WriteStartObject();
                json.WriteString("first", report.Names[pair.First]);
                json.WriteString("second", report.Names[pair.Second]);
                json.WriteMeasure("overlap", pair.Overlap);
                json.WriteMeasures("radians", pair.Radians);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStrings("warnings", report.Fallbacks);
        json.WriteEndObject();
    }

    private static void WriteSpectrum(Utf8JsonWriter json, string name, SpectrumOfMatrix spectrum)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteMeasure("norm", spectrum.Norm);
        json.WriteNumber("rank", spectrum.NumericalRank);
        json.WriteMeasure("effectiveRank", spectrum.EffectiveRank);
        json.WriteMeasure("stableRank", spectrum.StableRank);
        json.WriteMeasures("singularValues", spectrum.SingularValues);
        json.WriteMeasures("energy", spectrum.EnergyCurve);
        json.WriteEndObject();
    }
}
