using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TaskVectors.Cli.Tests;

/// <summary>The first screen of the README does what it says. Changes the current folder, so nothing else runs meanwhile.</summary>
[Collection(nameof(ReadmeTests))]
[CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
public sealed partial class ReadmeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("taskvec-readme-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_shell_example_runs()
    {
        _ = Directory.CreateSymbolicLink(Path.Combine(_folder, "samples"), Path.Combine(Repository.Root, "samples"));
        _ = File.CreateSymbolicLink(Path.Combine(_folder, "taskvec"), Path.Combine(Repository.Root, "taskvec"));

        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-e", "-c", Block("sh")]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Outcome outcome = await ProgramProcess.FinishAsync(shell);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("cosine", outcome.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(_folder, "forgetful.safetensors")),
            await File.ReadAllBytesAsync(Path.Combine(_folder, "again.safetensors")));
    }

    [Fact]
    public async Task The_library_example_is_the_code_that_runs_here()
    {
        string example = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "TaskVectors.Cli.Tests", "ReadmeExample.cs"));
        string body = BetweenMarkers().Match(example).Groups[1].Value;
        string readme = Block("csharp");
        Assert.Equal(Repository.Words(readme[readme.IndexOf("Checkpoint pretrained", StringComparison.Ordinal)..]), Repository.Words(body));

        _ = Directory.CreateSymbolicLink(Path.Combine(_folder, "samples"), Path.Combine(Repository.Root, "samples"));
        string line = await ReadmeExample.RunAsync(_folder);
        Assert.Matches(@"^moved by \d+\.\d+, rounding lost \d+\.\d+ ?% of it$", line);
    }

    private static string Block(string language)
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        return Regex.Match(readme, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
    }

    [GeneratedRegex("// <example>(.*?)// </example>", RegexOptions.Singleline)]
    private static partial Regex BetweenMarkers();
}
