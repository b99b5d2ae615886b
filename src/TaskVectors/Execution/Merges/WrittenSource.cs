using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// A checkpoint that is the result of an edit, as it would be if it were written and opened again: rounded to its dtype, computed when it is read. It
/// lets one edit use the result of another without storing it.
/// </summary>
internal sealed class WrittenSource : ComputedSource, IPreparableSource
{
    private readonly AffineForm _form;
    private readonly DType? _dtype;
    private readonly PreparedWriting? _prepared;

    /// <summary>Creates the source.</summary>
    /// <param name="form">The edit.</param>
    /// <param name="dtype">The dtype of its floating-point tensors; that of the edit's base when <see langword="null"/>.</param>
    public WrittenSource(AffineForm form, DType? dtype)
        : this(form, dtype, null)
    {
    }

    private WrittenSource(AffineForm form, DType? dtype, PreparedWriting? prepared)
        : base(TextOf(form, dtype, source => source.Path), [.. form.Anchor.Tensors.Select(tensor => Written(tensor, dtype))], form.Anchor.Metadata)
    {
        _form = form;
        _dtype = dtype;
        _prepared = prepared;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AffineForm> Arguments => [_form];

    /// <inheritdoc/>
    public long WorkingBytes => _prepared?.WorkingBytes ?? 0;

    /// <inheritdoc/>
    public override string ToText(Func<CheckpointSource, string> nameOf) => TextOf(_form, _dtype, nameOf);

    /// <inheritdoc/>
    public ComputedSource Prepare(InputResolution resolution) => new WrittenSource(_form, _dtype, PreparedWriting.Prepare(_form, _dtype, resolution));

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader()
    {
        if (_prepared is not null)
        {
            return new WrittenReader(_prepared);
        }

        var resolution = new InputResolution(_form, anchorIsVector: false, EditOptions.Default with { OutputDType = _dtype });
        var prepared = PreparedWriting.Prepare(_form, _dtype, resolution);
        AggregateEditException.ThrowIfAny(resolution.Errors);
        return new WrittenReader(prepared);
    }

    /// <inheritdoc/>
    public string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf) => Digest.OfText(DigestAlgorithm.Xxh128, [ToText(fingerprintOf)]);

    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => FingerprintFrom(CheckpointFingerprint.Compute);

    private static TensorInfo Written(TensorInfo tensor, DType? dtype) =>
        tensor.DType.IsArithmetic() ? tensor with { DType = dtype ?? tensor.DType } : tensor;

    private static string TextOf(AffineForm form, DType? dtype, Func<CheckpointSource, string> nameOf) =>
        dtype is { } type ? $"written({form.ToText(nameOf)}, {type.Name()})" : $"written({form.ToText(nameOf)})";
}
