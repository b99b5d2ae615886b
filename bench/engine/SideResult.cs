using System.Text.Json;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>What one process of one side reports, as one line of JSON.</summary>
internal sealed record SideResult
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>One for each counted run. Loading is not counted.</summary>
    public double[] Milliseconds { get; init; } = [];

    /// <summary>The loss of the third run: that of the loaded weights for inference, after two steps of training otherwise.</summary>
    public double Loss { get; init; }

    /// <summary>What multiplies matrices.</summary>
    public string Kernel { get; init; } = string.Empty;

    /// <summary>The peak resident set of the process.</summary>
    public long PeakBytes { get; init; }

    public static SideResult Parse(string text) => JsonSerializer.Deserialize<SideResult>(text, Format)!;

    public override string ToString() => JsonSerializer.Serialize(this, Format);
}
