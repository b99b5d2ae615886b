using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Masks;

/// <summary>Which elements of a model differ from its base, one bit each, found when they are read.</summary>
/// <param name="model">The model.</param>
/// <param name="pretrained">The base, with tensors of the same names and shapes.</param>
internal sealed class MaskSource(CheckpointSource model, CheckpointSource pretrained)
    : ComputedSource(TextOf(model, pretrained, source => source.Path), [.. pretrained.Tensors.Where(tensor => tensor.DType.IsArithmetic()).Select(BitsOf)], new Dictionary<string, string>()), IPreparableSource
{
    /// <inheritdoc/>
    public override IReadOnlyList<AffineForm> Arguments => [AffineForm.Of(pretrained, isVector: false), AffineForm.Of(model, isVector: false)];

    /// <inheritdoc/>
    public long WorkingBytes => (model as IPreparableSource)?.WorkingBytes ?? 0;

    /// <inheritdoc/>
    public override string ToText(Func<CheckpointSource, string> nameOf) => TextOf(model, pretrained, nameOf);

    /// <inheritdoc/>
    public ComputedSource Prepare(InputResolution resolution) => new MaskSource(resolution.Resolve(model, isVector: false), resolution.Resolve(pretrained, isVector: false));

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() => new MaskReader(model, pretrained);

    /// <inheritdoc/>
    public string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf) => Digest.OfText(DigestAlgorithm.Xxh128, [ToText(fingerprintOf)]);

    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => FingerprintFrom(CheckpointFingerprint.Compute);

    private static TensorInfo BitsOf(TensorInfo tensor) => tensor with { DType = DType.U8, Shape = MaskBits.ShapeOf(tensor.Shape) };

    private static string TextOf(CheckpointSource model, CheckpointSource pretrained, Func<CheckpointSource, string> nameOf) =>
        $"mask({(model is ComputedSource computed ? computed.ToText(nameOf) : nameOf(model))}, {nameOf(pretrained)})";
}
