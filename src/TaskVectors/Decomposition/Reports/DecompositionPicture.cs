using System.Globalization;
using System.Text;
using System.Xml;

namespace TaskVectors.Decomposition.Reports;

/// <summary>
/// Draws a report as an SVG picture: a row a matrix, with a bar for the mean shared fraction, a dot for each task, and the number of shared
/// directions beside what chance gives. It follows the page between light and dark, holds no script and refers to nothing outside.
/// </summary>
public static class DecompositionPicture
{
    private const int Width = 980;
    private const int PlotLeft = 330;
    private const int PlotRight = 800;
    private const int Margin = 16;
    private const int RowHeight = 22;
    private const int LineHeight = 18;
    private const int LongestName = 46;
    private const int LongestLine = 130;
    private const int LegendEntryGap = 34;
    private const double LetterWidth = 7.2;

    private const string Style = """
        text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
        .title { font-size: 16px; font-weight: 600; } .quiet { fill: #59636e; } .right { text-anchor: end; } .middle { text-anchor: middle; }
        .page { fill: #ffffff; } .grid { stroke: #d1d9e0; } .bar { fill: #c8d1da; } .dot { stroke: #ffffff; }
        .c0 { fill: #0072b2; } .c1 { fill: #d55e00; } .c2 { fill: #009e73; } .c3 { fill: #cc79a7; }
        .c4 { fill: #b58900; } .c5 { fill: #56b4e9; } .c6 { fill: #7d4bc9; } .c7 { fill: #666666; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; } .quiet { fill: #9198a1; } .page { fill: #0d1117; } .grid { stroke: #30363d; } .bar { fill: #3d444d; }
          .dot { stroke: #0d1117; } .c0 { fill: #4aa8e8; } .c1 { fill: #ff8a3d; } .c2 { fill: #2ec79a; } .c7 { fill: #a0a0a0; }
        }
        """;

    private const int Colours = 8;

    private static readonly double[] Scales = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1];

    /// <summary>Draws a report.</summary>
    /// <returns>An SVG document.</returns>
    public static string Draw(DecompositionReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, IndentChars = " ", OmitXmlDeclaration = true, NewLineChars = "\n" }))
        {
            Write(xml, report);
        }

        return text.Append('\n').ToString();
    }

    private static void Write(XmlWriter xml, DecompositionReport report)
    {
        string[] summary = [.. Lines(report.Summary), "A bar is the mean of the tasks, a dot one task."];
        var labels = new TensorLabels([.. report.Tensors.Select(tensor => tensor.Name)]);
        int legend = Margin + 34 + (summary.Length * LineHeight);
        int legendLines = 1 + LegendPlaces(report.Tasks).Max(place => place.Line);
        int top = legend + (legendLines * LineHeight) + 22;
        int bottom = top + (report.Tensors.Count * RowHeight);
        double scale = Scale(report);

        xml.WriteStartElement("svg", "http://www.w3.org/2000/svg");
        Attributes(xml, ("viewBox", $"0 0 {Width} {bottom + 40}"), ("width", Number(Width)), ("height", Number(bottom + 40)), ("role", "img"));
        xml.WriteElementString("title", "What task vectors share, matrix by matrix");
        xml.WriteElementString("desc", Printable(report.Summary));
        xml.WriteElementString("style", "\n" + Style + "\n");
        Element(xml, "rect", ("class", "page"), ("width", Number(Width)), ("height", Number(bottom + 40)));
        Text(xml, Margin, Margin + 16, "title", "Shared part of the squared norm, matrix by matrix");
        foreach ((int index, string line) in summary.Index())
        {
            Text(xml, Margin, Margin + 38 + (index * LineHeight), "quiet", line);
        }

        WriteLegend(xml, report.Tasks, legend + LineHeight);
        WriteAxis(xml, top, bottom, scale);
        foreach ((int index, TensorDecomposition tensor) in report.Tensors.Index())
        {
            WriteRow(xml, tensor, labels.Of(tensor.Name), report.Tasks, top + (index * RowHeight), scale);
        }

        xml.WriteEndElement();
    }

    private static void WriteLegend(XmlWriter xml, IReadOnlyList<string> tasks, int y)
    {
        foreach ((int task, (int x, int line)) in LegendPlaces(tasks).Index())
        {
            int baseline = y + (line * LineHeight);
            Element(xml, "circle", ("class", Colour(task)), ("cx", Number(x)), ("cy", Number(baseline - 4)), ("r", "5"));
            Text(xml, x + 10, baseline, null, Shorten(tasks[task]));
        }

        Text(xml, PlotRight + 14, y, "quiet", "directions (by chance)");
    }

    private static IEnumerable<(int X, int Line)> LegendPlaces(IReadOnlyList<string> tasks)
    {
        (int x, int line) = (Margin + 5, 0);
        foreach (string task in tasks)
        {
            int width = (int)(Shorten(task).Length * LetterWidth) + LegendEntryGap;
            if (x + width > PlotRight && x > Margin + 5)
            {
                (x, line) = (Margin + 5, line + 1);
            }

            yield return (x, line);
            x += width;
        }
    }

    private static void WriteAxis(XmlWriter xml, int top, int bottom, double scale)
    {
        const int steps = 5;
        for (int step = 0; step <= steps; step++)
        {
            double share = scale * step / steps;
            string x = Number(Place(share, scale));
            Element(xml, "line", ("class", "grid"), ("x1", x), ("x2", x), ("y1", Number(top - 4)), ("y2", Number(bottom)));
            Text(xml, Place(share, scale), bottom + 18, "quiet middle", Percent(share));
        }
    }

    private static void WriteRow(XmlWriter xml, TensorDecomposition tensor, string label, IReadOnlyList<string> tasks, int y, double scale)
    {
        double mean = tensor.SharedFraction.Count > 0 ? tensor.SharedFraction.Average() : 0;
        int baseline = y + 15;
        xml.WriteStartElement("g");
        xml.WriteElementString("title", Printable(
            $"{tensor.Name}: {string.Join(", ", tasks.Zip(tensor.SharedFraction, (task, share) => $"{task} {Percent(share)}"))}; {tensor.Verdict}"));
        Text(xml, PlotLeft - 10, baseline, "right", Shorten(label));
        Element(
            xml, "rect", ("class", "bar"), ("x", Number(PlotLeft)), ("y", Number(y + 4)), ("width", Number(Place(mean, scale) - PlotLeft)), ("height", "14"));
        foreach ((int task, double share) in tensor.SharedFraction.Index())
        {
            Element(
                xml, "circle", ("class", $"dot {Colour(task)}"), ("cx", Number(Place(share, scale))), ("cy", Number(y + 11)), ("r", "4.5"));
        }

        string chance = tensor.ChanceDimension is { } expected ? $" ({Rounded(expected)})" : string.Empty;
        string rows = tensor.RowSide is { } side ? $" x {side.SharedDimension}" : string.Empty;
        Text(xml, PlotRight + 14, baseline, "quiet", $"{tensor.SharedDimension}{rows} of {tensor.Dimension}{chance}");
        xml.WriteEndElement();
    }

    private static double Scale(DecompositionReport report)
    {
        double largest = report.Tensors.SelectMany(tensor => tensor.SharedFraction).Where(double.IsFinite).Append(0).Max();
        return Scales.FirstOrDefault(scale => scale >= largest, 1);
    }

    private static double Place(double share, double scale) => PlotLeft + ((PlotRight - PlotLeft) * Math.Clamp(share / scale, 0, 1));

    private static IEnumerable<string> Lines(string text)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length >= LongestLine)
            {
                yield return line.ToString();
                _ = line.Clear();
            }

            _ = line.Append(line.Length > 0 ? " " : string.Empty).Append(word);
        }

        yield return line.ToString();
    }

    private static string Shorten(string name) => name.Length > LongestName ? "…" + name[^(LongestName - 1)..] : name;

    private static string Colour(int task) => $"c{task % Colours}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    private static string Rounded(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static void Text(XmlWriter xml, double x, double y, string? style, string content)
    {
        xml.WriteStartElement("text");
        Attributes(xml, ("x", Number(x)), ("y", Number(y)));
        if (style is not null)
        {
            xml.WriteAttributeString("class", style);
        }

        xml.WriteString(Printable(content));
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name);
        Attributes(xml, attributes);
        xml.WriteEndElement();
    }

    private static void Attributes(XmlWriter xml, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach ((string name, string value) in attributes)
        {
            xml.WriteAttributeString(name, value);
        }
    }

    // Names come from files: what XML cannot hold, or a terminal or browser would act upon, is shown as a replacement character.
    private static string Printable(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) || !IsXml(rune) ? "\uFFFD" : rune.ToString()));

    private static bool IsXml(Rune rune) => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value);
}
