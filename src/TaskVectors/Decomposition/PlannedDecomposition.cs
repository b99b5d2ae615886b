using TaskVectors.Tensors;

namespace TaskVectors.Decomposition;

/// <summary>A tensor of the base, and what becomes of it.</summary>
/// <param name="Base">The base's tensor.</param>
/// <param name="Tasks">The tensor of each task; <see langword="null"/> where its task vector is zero.</param>
/// <param name="Treatment">What becomes of it.</param>
/// <param name="Rows">The rows of its matrix as it is stored.</param>
/// <param name="Columns">The columns of its matrix as it is stored.</param>
/// <param name="FactorRanks">The inner dimension of each adapter's factors.</param>
/// <param name="WorkingBytes">The memory that it takes while it is worked on.</param>
public sealed record PlannedDecomposition(
    TensorInfo Base,
    IReadOnlyList<TensorInfo?> Tasks,
    TensorTreatment Treatment,
    int Rows,
    int Columns,
    IReadOnlyList<int?> FactorRanks,
    long WorkingBytes)
{
    /// <summary>The bytes of weights read for it.</summary>
    public long BytesRead => Base.ByteCount + Tasks.Sum(task => task?.ByteCount ?? 0);
}
