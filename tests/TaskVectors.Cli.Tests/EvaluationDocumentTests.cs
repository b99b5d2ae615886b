using System.Text.RegularExpressions;
using TaskVectors.Tests;

namespace TaskVectors.Cli.Tests;

/// <summary>docs/evaluation.md shows code that runs.</summary>
public sealed partial class EvaluationDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_library_example_is_the_code_that_runs_here()
    {
        string source = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "TaskVectors.Cli.Tests", "EvaluationExample.cs"));
        string page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "evaluation.md"));
        Assert.Equal(Repository.Words(Example().Match(source).Groups[1].Value), Repository.Words(Block().Match(page).Groups[1].Value));

        byte[] pixels = new byte[30 * 28 * 28];
        new Random(2).NextBytes(pixels);
        _ = IdxFile.Write(_folder["t10k-images-idx3-ubyte"], [30, 28, 28], pixels);
        _ = IdxFile.Write(_folder["t10k-labels-idx1-ubyte"], [30], [.. Enumerable.Range(0, 30).Select(example => (byte)(example % 10))]);
        List<string> lines = EvaluationExample.Run(Path.Combine(Repository.Root, "samples", "vit-small") + "/", _folder.Path + "/");

        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Matches(@"^0(\.\d)?: \d+\.\d ?% \(\d+\.\d ?% to \d+\.\d ?%\)$", line));
    }

    [GeneratedRegex("// <example>(.*?)// </example>", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
