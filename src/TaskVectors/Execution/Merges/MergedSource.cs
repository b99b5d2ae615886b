using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// The result of a merge method as a task vector or checkpoint in F64 whose tensors are computed when they are read. Planned, run, resumed, verified and
/// replayed like a stored one.
/// </summary>
internal sealed class MergedSource : ComputedSource, IPreparableSource
{
    private readonly MergeCall _call;
    private readonly IPreparedMerge? _prepared;

    public MergedSource(MergeCall call)
        : base(call.ToText(source => source.Path), Doubles(call.Anchor.Tensors.Where(tensor => tensor.DType.IsArithmetic())), MetadataOf(call, isPartial: true)) =>
        _call = call;

    private MergedSource(MergeCall call, IPreparedMerge prepared)
        : base(call.ToText(source => source.Path), Doubles(prepared.Vectors.Tensors.Select(tensor => tensor.Tensor)), MetadataOf(call, prepared.Vectors.IsPartial))
    {
        _call = call;
        _prepared = prepared;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AffineForm> Arguments => [.. _call.Operands];

    /// <summary>The merge where its kernels work on blocks and it is prepared; else <see langword="null"/>.</summary>
    public PreparedTileMerge? Tiles => _prepared as PreparedTileMerge;

    /// <summary>The most memory that reading takes.</summary>
    public long WorkingBytes => _prepared?.WorkingBytes ?? 0;

    /// <summary>What did not converge so far, here or in a merge that this one takes as an argument, and was computed in another way.</summary>
    public IEnumerable<string> Fallbacks => _prepared is null
        ? []
        : [.. _prepared.Fallbacks, .. _prepared.Vectors.Sources.OfType<MergedSource>().SelectMany(source => source.Fallbacks)];

    /// <summary>The same vector aligned with the anchor of an edit.</summary>
    /// <exception cref="TaskVectorsException">A matrix does not fit the memory budget.</exception>
    public ComputedSource Prepare(InputResolution resolution) => new MergedSource(_call, MergePreparation.Prepare(_call, resolution));

    /// <inheritdoc/>
    public override string ToText(Func<CheckpointSource, string> nameOf) => _call.ToText(nameOf);

    /// <inheritdoc/>
    /// <remarks>A vector that no edit has aligned is read beside its own anchor, with default options.</remarks>
    public override ICheckpointReader OpenReader()
    {
        if (_prepared is not null)
        {
            return _prepared.OpenReader();
        }

        var resolution = new InputResolution(AffineForm.Of(this, _call.IsVector).WithAnchor(_call.Anchor), _call.Models.All(form => form.AnchorIsVector), EditOptions.Default);
        IPreparedMerge prepared = MergePreparation.Prepare(_call, resolution);
        AggregateEditException.ThrowIfAny(resolution.Errors);
        return prepared.OpenReader();
    }

    /// <summary>A hash of the call over the fingerprints of what it reads, and of the seed or the linear algebra in use: equal where the bytes are equal.</summary>
    public string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf) =>
        Digest.OfText(DigestAlgorithm.Xxh128, [ToText(fingerprintOf), .. _prepared?.Configuration ?? []]);

    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => FingerprintFrom(CheckpointFingerprint.Compute);

    private static IReadOnlyList<TensorInfo> Doubles(IEnumerable<TensorInfo> tensors) => [.. tensors.Select(tensor => tensor with { DType = DType.F64 })];

    private static Dictionary<string, string> MetadataOf(MergeCall call, bool isPartial)
    {
        if (!call.IsVector)
        {
            return [];
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind,
            [TaskVectorMetadata.PartialKey] = isPartial ? "true" : "false",
        };
        CheckpointSource[] stored = [.. call.Models.SelectMany(form => form.WithArguments()).SelectMany(form => form.Terms).Select(term => term.Source).Where(source => source is not ComputedSource)];
        foreach (string key in TaskVectorMetadata.BaseKeys)
        {
            string?[] values = [.. stored.Select(source => source.Metadata.GetValueOrDefault(key)).Distinct()];
            if (values is [{ } common])
            {
                metadata[key] = common;
            }
        }

        return metadata;
    }
}
