using TaskVectors.Decomposition.Reports;

namespace TaskVectors.Decomposition.Parts;

/// <summary>A tensor whose parts are written: a line of the journal.</summary>
internal sealed record FinishedTensor
{
    public required string Name { get; init; }

    /// <summary>The hash of the base's tensor.</summary>
    public required string BaseHash { get; init; }

    /// <summary>The hash of the tensor in each dense part; <see langword="null"/> in parts that lack it, and in adapters.</summary>
    public required IReadOnlyList<string?> Hashes { get; init; }

    /// <summary>The factors in each part that is an adapter; <see langword="null"/> in dense parts, and absent where all are dense.</summary>
    public IReadOnlyList<FactorRecord?>? Factors { get; init; }

    /// <summary>The inner products of the task vectors, row by row; absent for tensors that are not decomposed.</summary>
    public IReadOnlyList<double>? Products { get; init; }

    /// <summary>What was found; absent for tensors that are not decomposed.</summary>
    public TensorDecomposition? Decomposition { get; init; }
}
