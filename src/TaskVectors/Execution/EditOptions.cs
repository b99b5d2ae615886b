using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Execution.Hashing;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>How an edit is written. The values of <see cref="Default"/> suit most edits.</summary>
public sealed record EditOptions
{
    /// <summary>The smallest memory budget an edit runs in: 64 MiB.</summary>
    public const long MinimumMemory = 64L << 20;

    /// <summary>The default options.</summary>
    public static EditOptions Default { get; } = new();

    /// <summary>The dtype of the floating-point tensors written; <see langword="null"/> for that of the base (F32 for a task vector).</summary>
    public DType? OutputDType { get; init; }

    /// <summary>How exact results are rounded to the dtype written.</summary>
    public Rounding Rounding { get; init; } = Rounding.Nearest;

    /// <summary>The seed of stochastic rounding.</summary>
    public ulong Seed { get; init; }

    /// <summary>What to do with tensors that a model lacks or has on top.</summary>
    public MissingTensors Missing { get; init; } = MissingTensors.Error;

    /// <summary>What to do with NaN values.</summary>
    public NaNPolicy NaN { get; init; } = NaNPolicy.Error;

    /// <summary>Whether a stored task vector may be applied to another base than the one it was made from.</summary>
    public bool AnyBase { get; init; }

    /// <summary>The largest size of one file of weights in bytes; 5 GB (5e9) by default.</summary>
    public long ShardSize { get; init; } = 5_000_000_000;

    /// <summary>The memory budget for buffers in bytes; at least <see cref="MinimumMemory"/>. Default: the smaller of 2 GiB and a quarter of RAM.</summary>
    public long Memory { get; init; } = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MinimumMemory, 2L << 30);

    /// <summary>The number of tensors' tiles computed at once; the number of processors by default. Never changes the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The implementation of dense linear algebra for merge methods that decompose matrices. Each operation runs on one thread, so that the bytes
    /// written do not depend on <see cref="Threads"/>; they may differ in the last bits between implementations.
    /// </summary>
    public LinearAlgebraChoice LinearAlgebra { get; init; } = LinearAlgebraChoice.Auto;

    /// <summary>How tensors and files are hashed.</summary>
    public DigestAlgorithm Digest { get; init; } = DigestAlgorithm.Xxh128;

    /// <summary>
    /// Whether the output is forced to the disk before it is renamed into place, so that it survives a power cut; on by default. Without,
    /// the system writes it when it pleases, as <c>cp</c> does.
    /// </summary>
    public bool Flush { get; init; } = true;

    /// <summary>Whether an existing output is replaced: only one that is empty or has a manifest.</summary>
    public bool Force { get; init; }

    /// <summary>Whether to go on with an edit that was interrupted.</summary>
    public bool Resume { get; init; }

    /// <summary>The tensors the edit may touch; all others keep the base's values. A task vector is zero outside.</summary>
    public TensorFilter Filter { get; init; } = TensorFilter.All;

    /// <summary>Metadata added to the files written.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The expression as the user wrote it, for the manifest; derived from the edit when <see langword="null"/>.</summary>
    public string? Expression { get; init; }

    /// <summary>The names of the models by their path, for messages and the manifest; derived from the paths when absent.</summary>
    public ImmutableDictionary<string, string> ModelNames { get; init; } = ImmutableDictionary<string, string>.Empty;
}
