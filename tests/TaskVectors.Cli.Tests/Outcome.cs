using System.Text.Json;

namespace TaskVectors.Cli.Tests;

/// <summary>What a run left behind.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The one JSON document of the output; fails on anything else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public JsonElement SingleError => Json.GetProperty("error");
}
