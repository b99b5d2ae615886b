using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Tests.Merging;

/// <summary>Every method has a page in docs/methods, and the page says what the method declares.</summary>
public class MethodPageTests
{
    public static TheoryData<string> Methods => [.. MergeMethods.All.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_page_of_a_method_says_what_it_declares(string name)
    {
        IMergeMethod method = MergeMethods.Find(name);
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "methods", name + ".md"));
        Assert.Equal($"# {name}", lines[0]);
        Assert.Contains(method.Summary, lines);
        Assert.Contains($"    {method.Formula}", lines);
        Assert.Contains($"Source: {method.Source}.", lines);
        IEnumerable<string> parameters = lines.SkipWhile(line => line != "## Parameters").Skip(1).TakeWhile(line => !line.StartsWith('#'));
        Assert.Equal(Table(method), parameters.Where(line => line.StartsWith('|')));
    }

    [Fact]
    public void The_list_of_pages_is_the_registry() =>
        Assert.Equal(
            MergeMethods.All.Select(method => $"| [{method.Name}]({method.Name}.md) | {method.Summary} |"),
            File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "methods", "README.md")).Where(line => line.StartsWith("| [", StringComparison.Ordinal)));

    private static IEnumerable<string> Table(IMergeMethod method) =>
    [
        "| parameter | type | default | range | meaning |",
        "|---|---|---|---|---|",
        .. method.Parameters.Select(Row),
    ];

    private static string Row(MergeParameter parameter)
    {
        string type = parameter.Type + (parameter.IsPerModel ? ", per model" : string.Empty);
        string fallback = parameter.IsRequired ? "required" : parameter.DefaultText.Length == 0 ? "none" : $"`{parameter.DefaultText}`";
        return $"| `{parameter.Name}` | {type} | {fallback} | {parameter.Range} | {parameter.Meaning} |";
    }
}
