using System.CommandLine;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Merge;

internal sealed record Settings(CommonOptions Common, ParseResult Parsed) : CommonSettings(Common, Parsed)
{
    public required long ModelBytes { get; init; }

    public required int[] Inputs { get; init; }

    /// <summary>How many models a method merges, the base apart.</summary>
    public required int Tasks { get; init; }

    public required DType[] DTypes { get; init; }

    public required long Memory { get; init; }

    public required bool Cold { get; init; }

    public required bool Flush { get; init; }

    /// <summary>The program whose edits are timed.</summary>
    public required string Program { get; init; }
}
