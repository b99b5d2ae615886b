using System.Xml.Linq;
using TaskVectors.Decomposition.Reports;

namespace TaskVectors.Tests.Decomposition;

public class DecompositionPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a\" onload=\"x & y")]
    [InlineData("]]>-->&lt;")]
    [InlineData("\u001b[31m\u0000\ufffered")]
    [InlineData("Grüße 漢字 🎨")]
    public void Names_are_text_and_nothing_else(string name)
    {
        var picture = XDocument.Parse(DecompositionPicture.Draw(Report([name, "plain"], Matrix(name + ".weight", 0.5, 0.25), Matrix("b", 0, 0))));

        Assert.Equal(
            ["circle", "desc", "g", "line", "rect", "style", "svg", "text", "title"],
            picture.Descendants().Select(element => element.Name.LocalName).Distinct().Order());
        string[] allowed = ["class", "cx", "cy", "height", "r", "role", "viewBox", "width", "x", "x1", "x2", "xmlns", "y", "y1", "y2"];
        Assert.Empty(picture.Descendants().Attributes().Select(attribute => attribute.Name.LocalName).Except(allowed));
        string shown = string.Concat(name.EnumerateRunes().Select(rune => System.Text.Rune.IsControl(rune) || rune.Value == 0xFFFE ? "\uFFFD" : rune.ToString()));
        Assert.Contains(shown, picture.Descendants(Svg + "text").Select(text => text.Value));
        Assert.Contains(picture.Descendants(Svg + "title"), title => title.Value.StartsWith($"{shown}.weight: {shown} 50 %, plain 25 %", StringComparison.Ordinal));
        Assert.DoesNotContain("href", picture.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Bars_and_dots_stand_where_the_scale_says()
    {
        var picture = XDocument.Parse(DecompositionPicture.Draw(Report(["a", "b"], Matrix("x", 0.5, 0.1), Matrix("y", 0, 0))));
        XElement row = picture.Descendants(Svg + "g").First();
        double left = Number(picture.Descendants(Svg + "line").First(), "x1");
        double right = Number(picture.Descendants(Svg + "line").Last(), "x1");

        // The largest share is the end of the scale.
        Assert.Equal([right, left + (0.2 * (right - left))], row.Elements(Svg + "circle").Select(dot => Number(dot, "cx")));
        Assert.Equal(0.6 * (right - left), Number(row.Element(Svg + "rect")!, "width"), 0.01);
        Assert.Equal("3 of 10 (0.5)", row.Elements(Svg + "text").Last().Value);
    }

    [Fact]
    public void Every_colour_of_text_and_ground_changes_in_the_dark()
    {
        string style = XDocument.Parse(DecompositionPicture.Draw(Report(["a", "b"], Matrix("x", 0.5, 0.1)))).Descendants(Svg + "style").Single().Value;
        string dark = style[style.IndexOf("prefers-color-scheme: dark", StringComparison.Ordinal)..];
        Assert.All(["text {", ".quiet {", ".page {", ".grid {", ".bar {", ".dot {"], rule => Assert.Contains(rule, dark, StringComparison.Ordinal));
    }

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static TensorDecomposition Matrix(string name, params double[] fractions) => new()
    {
        Name = name,
        Shape = [10, 10],
        Dimension = 10,
        Mode = "mean",
        Ranks = [.. fractions.Select(_ => 3)],
        Cut = 0.5,
        Eigenvalues = [1, 1, 1],
        SharedDimension = 3,
        ChanceDimension = 0.5,
        Norms = [.. fractions.Select(_ => 1.0)],
        SharedFraction = fractions,
        Verdict = "shared",
    };

    private static DecompositionReport Report(string[] tasks, params TensorDecomposition[] tensors) => new()
    {
        ToolVersion = "1",
        Base = "base",
        Tasks = tasks,
        Rank = "rank:3",
        Sharing = "all",
        Sides = "column",
        Vectors = "unique",
        NullTest = true,
        Seed = 0,
        LinearAlgebra = "managed",
        Tensors = tensors,
        SharedFraction = [.. tasks.Select(_ => 0.5)],
        Norms = [.. tasks.Select(_ => 1.0)],
        Cosines = [.. tasks.Select(_ => tasks.Select(_ => 0.0).ToArray())],
        Summary = "A summary with <b> & more.",
        Warnings = [],
        Files = [],
    };
}
