using TaskVectors.Algebra;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>How the task vectors of whole models are decomposed.</summary>
public sealed record DecompositionOptions
{
    /// <summary>The default options.</summary>
    public static DecompositionOptions Default { get; } = new();

    /// <summary>How the shared subspace of each matrix is found.</summary>
    public SubspaceOptions Subspace { get; init; } = SubspaceOptions.Default;

    /// <summary>What becomes of tensors that are not decomposed.</summary>
    public VectorPolicy Vectors { get; init; } = VectorPolicy.Unique;

    /// <summary>The matrices to decompose; by default all but embeddings and heads.</summary>
    public TensorFilter Filter { get; init; } = TensorPresets.Matrices;

    /// <summary>
    /// Which dimension of a weight is that of outputs; <see langword="null"/> for <see cref="OutputAxis.Last"/> where the metadata of the
    /// base say <c>layout: HWIO</c> or its weights have the names and shapes of GPT-2, and <see cref="OutputAxis.First"/> else.
    /// </summary>
    public OutputAxis? OutputAxis { get; init; }

    /// <summary>What to do with tensors that a model lacks or has on top.</summary>
    public MissingTensors Missing { get; init; } = MissingTensors.Error;

    /// <summary>
    /// Whether parts whose every tensor has factors are written as adapters (PEFT folders) rather than dense: the shared part of any task
    /// vector, and both parts of an adapter.
    /// </summary>
    public bool LowRank { get; init; }

    /// <summary>
    /// The rank to which the unique part of a dense task vector is cut, so that it is low-rank as well; the report says what is lost.
    /// <see langword="null"/> to keep it whole. Needs <see cref="LowRank"/>.
    /// </summary>
    public RankRule? UniqueRank { get; init; }

    /// <summary>Whether a warning of the plan is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether a stored task vector may be relative to another base.</summary>
    public bool AnyBase { get; init; }

    /// <summary>Whether an existing output of this program is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether to go on with a decomposition that was interrupted.</summary>
    public bool Resume { get; init; }

    /// <summary>The memory budget in bytes; as in <see cref="EditOptions.Memory"/>.</summary>
    public long Memory { get; init; } = EditOptions.Default.Memory;

    /// <summary>How many tensors are decomposed at once, memory permitting. Never changes the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The implementation of linear algebra. Another one gives the same parts up to rounding.</summary>
    public LinearAlgebraChoice LinearAlgebra { get; init; } = LinearAlgebraChoice.Auto;

    /// <summary>How tensors and files are hashed.</summary>
    public DigestAlgorithm Digest { get; init; } = DigestAlgorithm.Xxh128;
}
