using TaskVectors.Algebra;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>How factors are extracted from a task vector.</summary>
public sealed record LowRankOptions
{
    /// <summary>The rank of every matrix: <see cref="FixedRank"/>, <see cref="EnergyRank"/> or <see cref="FractionRank"/>; never above the numerical rank.</summary>
    public required RankRule Rank { get; init; }

    /// <summary>The matrices that get factors; by default all but embeddings and heads.</summary>
    public TensorFilter Filter { get; init; } = TensorPresets.Matrices;

    /// <summary>
    /// The tensors kept as full copies of the fine-tuned weights, for <c>modules_to_save</c>; <see langword="null"/> for none. They are taken
    /// out of <see cref="Filter"/>.
    /// </summary>
    public TensorFilter? Save { get; init; }

    /// <summary>
    /// Which dimension of a weight is that of outputs; <see langword="null"/> for <see cref="OutputAxis.Last"/> where the weights have the
    /// names and shapes of GPT-2 or its metadata say <c>layout</c> HWIO, and <see cref="OutputAxis.First"/> else.
    /// </summary>
    public OutputAxis? OutputAxis { get; init; }

    /// <summary>The dtype of the copies.</summary>
    public DType DType { get; init; } = DType.F32;

    /// <summary>What to do with tensors that a model lacks or has on top.</summary>
    public MissingTensors Missing { get; init; } = MissingTensors.Error;

    /// <summary>The memory budget in bytes for matrices, factors and copies; as in <see cref="EditOptions.Memory"/>.</summary>
    public long Memory { get; init; } = EditOptions.Default.Memory;

    /// <summary>The number of tensors worked on at once, memory permitting. Never changes the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The implementation of linear algebra.</summary>
    public LinearAlgebraChoice LinearAlgebra { get; init; } = LinearAlgebraChoice.Auto;
}
