using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Arrangement;

/// <summary>
/// A checkpoint put together from tensors of others: under other names, from chosen layers. What one model
/// contributes to a merge, named and shaped as the result.
/// </summary>
internal sealed class ArrangedSource : ComputedSource, IPreparableSource, ITensorOrigins
{
    private readonly string _title;
    private readonly ImmutableArray<TensorOrigin> _origins;
    private readonly ImmutableArray<CheckpointSource> _sources;
    private readonly Lazy<FrozenDictionary<string, TensorOrigin>> _places;

    /// <summary>Creates the arrangement.</summary>
    /// <param name="title">What it is, distinct among the arrangements of a merge.</param>
    /// <param name="origins">Its tensors, in order.</param>
    public ArrangedSource(string title, ImmutableArray<TensorOrigin> origins)
        : base(title, [.. origins.Select(origin => origin.Output)], new Dictionary<string, string> { ["format"] = "pt" })
    {
        _title = title;
        _origins = origins;
        _places = new Lazy<FrozenDictionary<string, TensorOrigin>>(() => origins.ToFrozenDictionary(origin => origin.Output.Name, StringComparer.Ordinal));
        _sources = [.. origins.Select(origin => origin.Source).Distinct()];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AffineForm> Arguments => [.. _sources.Select(source => AffineForm.Of(source, isVector: false))];

    /// <inheritdoc/>
    public long WorkingBytes => 0;

    /// <inheritdoc/>
    public override string ToText(Func<CheckpointSource, string> nameOf) => _title;

    /// <inheritdoc/>
    public ComputedSource Prepare(InputResolution resolution)
    {
        var resolved = _sources.ToDictionary(source => source, source => resolution.Resolve(source, isVector: false));
        return new ArrangedSource(
            _title, [.. _origins.Select(origin => origin with { Source = resolved[origin.Source] })]);
    }

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() =>
        new ArrangedReader(_sources, _places.Value);

    /// <inheritdoc/>
    public bool TryFindOrigin(string name, out CheckpointSource source, out TensorInfo tensor)
    {
        bool isFound = _places.Value.TryGetValue(name, out TensorOrigin? origin);
        (source, tensor) = isFound ? (origin!.Source, origin.Tensor) : (null!, null!);
        return isFound;
    }

    /// <inheritdoc/>
    public string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf) =>
        Digest.OfText(DigestAlgorithm.Xxh128, _origins.Select(origin => $"{origin.Output.Name} {fingerprintOf(origin.Source)} {origin.Tensor.Name}"));

    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => FingerprintFrom(CheckpointFingerprint.Compute);
}
