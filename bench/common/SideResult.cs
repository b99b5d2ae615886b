using System.Text.Json;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks;

/// <summary>What one process of one side reports, as one line of JSON.</summary>
internal abstract record SideResult
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>What multiplies matrices.</summary>
    public string Kernel { get; init; } = string.Empty;

    /// <summary>The peak resident set of the process.</summary>
    public long PeakBytes { get; init; }

    public static TResult Parse<TResult>(string text)
        where TResult : SideResult => JsonSerializer.Deserialize<TResult>(text, Format)!;

    public sealed override string ToString() => JsonSerializer.Serialize(this, GetType(), Format);

    /// <summary>What the results of an implementation say of it.</summary>
    public static string NameOf(ILinearAlgebraProvider algebra) => $"{algebra.Name} {algebra.Kernel}";
}
