using System.CommandLine;

namespace TaskVectors.Benchmarks.Engine;

internal sealed record Settings(ComparisonOptions Common, ParseResult Parsed) : ComparisonSettings(Common, Parsed)
{
    public required Shape[] Shapes { get; init; }

    public required string[] Jobs { get; init; }

    public required int Rounds { get; init; }
}
