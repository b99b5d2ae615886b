using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks.Decompose;

internal sealed record Settings
{
    public required string Folder { get; init; }

    public required int Layers { get; init; }

    public required int Tasks { get; init; }

    public required string[] Parts { get; init; }

    public required int[] Sizes { get; init; }

    public required int Runs { get; init; }

    public required int Threads { get; init; }

    public required LinearAlgebraChoice LinearAlgebra { get; init; }

    public required string Python { get; init; }

    public required bool Keep { get; init; }
}
