using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Analysis;

/// <summary>How the spectra of task vectors are computed.</summary>
public sealed record SpectrumOptions
{
    /// <summary>The default options.</summary>
    public static SpectrumOptions Default { get; } = new();

    /// <summary>The tensors to look at; of these, those of two dimensions or more.</summary>
    public TensorFilter Filter { get; init; } = TensorFilter.All;

    /// <summary>
    /// The dimension of the column spaces whose angles are compared, as a fraction of the smaller side (at least 1); the rank of an adapter's factors where
    /// that is less.
    /// </summary>
    public double AngleFraction { get; init; } = 0.2;

    /// <summary>The number of tensors worked on at once. Never changes the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The memory budget in bytes; as in <see cref="EditOptions.Memory"/>.</summary>
    public long Memory { get; init; } = EditOptions.Default.Memory;

    /// <summary>What to do with tensors that a model lacks or has on top.</summary>
    public MissingTensors Missing { get; init; } = MissingTensors.Error;

    /// <summary>Whether stored task vectors may be relative to another base than that of the others.</summary>
    public bool AnyBase { get; init; }

    /// <summary>The implementation of linear algebra.</summary>
    public LinearAlgebraChoice LinearAlgebra { get; init; } = LinearAlgebraChoice.Auto;
}
