using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Masks;

/// <summary>
/// A task vector that is stored as a mask m and a factor lambda of a merged model: lambda m (theta_merged - theta_0), element by element. It reads beside its
/// base theta_0 alone.
/// </summary>
public sealed class MaskedVectorSource : CheckpointSource, IBindableTaskVector
{
    private readonly CheckpointSource? _base;

    internal MaskedVectorSource(CheckpointSource mask, CheckpointSource merged, double rescaler, CheckpointSource? pretrained = null)
        : base(mask.Path, [.. mask.Tensors.Select(bits => TensorOf(mask, bits, merged))], MetadataOf(mask), new Dictionary<string, string>(), [.. mask.Files, .. merged.Files])
    {
        Mask = mask;
        Merged = merged;
        Rescaler = rescaler;
        _base = pretrained;
    }

    /// <inheritdoc/>
    public override string Format => MaskFormat.FormatName;

    /// <summary>The packed bits: a U8 tensor for each tensor.</summary>
    public CheckpointSource Mask { get; }

    /// <summary>The merged model.</summary>
    public CheckpointSource Merged { get; }

    /// <summary>The factor lambda of what the mask keeps.</summary>
    public double Rescaler { get; }

    /// <inheritdoc/>
    /// <remarks>Reads headers, and samples of the merged model to know it again.</remarks>
    public CheckpointSource Bind(CheckpointSource pretrained)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        if (Mask.Metadata.GetValueOrDefault(MaskMetadata.MergedFingerprintKey) != CheckpointFingerprint.Compute(Merged))
        {
            throw new MaskException(MaskError.ModelChanged, Path, $"'{Merged.Path}' is not the merged model that the mask was made of; restore it, or merge again.");
        }

        foreach (TensorInfo tensor in Tensors)
        {
            if (!pretrained.TryGetTensor(tensor.Name, out TensorInfo? own) || own.Shape != tensor.Shape || !own.DType.IsArithmetic())
            {
                throw new MaskException(MaskError.ShapeMismatch, Path, $"the base '{pretrained.Path}' has no tensor {QuotedName.Of(tensor.Name)} of the shape {tensor.Shape}; give the base of the merge.", tensor.Name);
            }
        }

        return new MaskedVectorSource(Mask, Merged, Rescaler, pretrained);
    }

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() => _base is null
        ? throw new MaskException(MaskError.NeedsBase, Path, "a mask is read beside its base alone: write base + mask.")
        : new MaskedVectorReader(this, _base);

    // Where nothing is bound there are no values to sample.
    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => _base is null ? CheckpointFingerprint.Compute(Mask) : CheckpointFingerprint.OfSamples(this);

    private static TensorInfo TensorOf(CheckpointSource mask, TensorInfo bits, CheckpointSource merged)
    {
        if (!merged.TryGetTensor(bits.Name, out TensorInfo? tensor) || !tensor.DType.IsArithmetic())
        {
            throw new MaskException(MaskError.ShapeMismatch, mask.Path, $"'{merged.Path}' has no tensor {QuotedName.Of(bits.Name)} that a mask could be of.", bits.Name);
        }

        return bits.DType == DType.U8 && bits.Shape == MaskBits.ShapeOf(tensor.Shape)
            ? tensor with { DType = DType.F64 }
            : throw new MaskException(MaskError.ShapeMismatch, mask.Path, $"the mask {QuotedName.Of(bits.Name)} is {bits.DType.Name()} {bits.Shape}, and one of a tensor of {tensor.Shape} is U8 {MaskBits.ShapeOf(tensor.Shape)}.", bits.Name);
    }

    private static Dictionary<string, string> MetadataOf(CheckpointSource mask)
    {
        var metadata = new Dictionary<string, string>(mask.Metadata, StringComparer.Ordinal)
        {
            [TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind,
            [TaskVectorMetadata.PartialKey] = "true",
        };
        return metadata;
    }
}
