using System.Text.Json;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>What one process of one side reports, as one line of JSON.</summary>
internal sealed record SideResult
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Reading and computing; start-up and the writing of what is compared are not counted.</summary>
    public double Seconds { get; init; }

    /// <summary>What computed.</summary>
    public string Kernel { get; init; } = string.Empty;

    /// <summary>The peak resident set of the process.</summary>
    public long PeakBytes { get; init; }

    /// <summary>What a decomposition found.</summary>
    public Finding[] Findings { get; init; } = [];

    /// <summary>The median time of a product, by the size of its matrices.</summary>
    public Dictionary<string, double> Times { get; init; } = [];

    public static SideResult Parse(string text) => JsonSerializer.Deserialize<SideResult>(text, Format)!;

    public override string ToString() => JsonSerializer.Serialize(this, Format);
}
