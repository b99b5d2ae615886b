using System.CommandLine;

namespace TaskVectors.Benchmarks.Decompose;

internal sealed record Settings(ComparisonOptions Common, ParseResult Parsed) : ComparisonSettings(Common, Parsed)
{
    public required int Layers { get; init; }

    public required int Tasks { get; init; }

    public required string[] Parts { get; init; }

    public required int[] Sizes { get; init; }
}
