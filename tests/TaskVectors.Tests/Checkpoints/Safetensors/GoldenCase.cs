using System.Text.Json;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

/// <summary>One case of the golden manifest, whose verdicts and contents come from the reference library.</summary>
public sealed record GoldenCase(string Path, string Expect, string? ErrorClass, string? ContentJson)
{
    /// <summary>Where the golden files are.</summary>
    public static string Root { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", "safetensors");

    /// <summary>The full path of the file or folder.</summary>
    public string FullPath => System.IO.Path.Combine(Root, Path);

    /// <summary>Every case.</summary>
    public static IReadOnlyList<GoldenCase> All { get; } = Load();

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static GoldenCase[] Load()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(Root, "manifest.json")));
        return [.. manifest.RootElement.GetProperty("cases").EnumerateArray().Select(entry => new GoldenCase(
            (entry.TryGetProperty("file", out var file) ? file : entry.GetProperty("folder")).GetString()!,
            entry.GetProperty("expect").GetString()!,
            entry.GetProperty("class").GetString(),
            entry.TryGetProperty("content", out var content) ? content.GetRawText() : null))];
    }
}
