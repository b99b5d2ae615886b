using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks.Engine;

internal sealed record Settings
{
    public required string Folder { get; init; }

    public required Shape[] Shapes { get; init; }

    public required string[] Jobs { get; init; }

    public required int Rounds { get; init; }

    public required int Runs { get; init; }

    public required int Threads { get; init; }

    public required LinearAlgebraChoice LinearAlgebra { get; init; }

    public required string Python { get; init; }

    public required bool Keep { get; init; }
}
