using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Tokenizers;

/// <summary>
/// A model whose embeddings and heads have the rows of another vocabulary, in its order; all other tensors are the model's own. Rows are looked up when they
/// are read, so that nothing is stored.
/// </summary>
internal sealed class AlignedSource : ComputedSource, IPreparableSource, ITensorOrigins
{
    private readonly string _title;
    private readonly ImmutableArray<CheckpointSource> _models;
    private readonly int _own;
    private readonly RowMap _map;
    private readonly ImmutableArray<AlignedRows> _rows;

    /// <summary>Creates the source.</summary>
    /// <param name="title">What it is, distinct among the sources of a merge.</param>
    /// <param name="models">The models that rows come from, in the order of the map's numbers.</param>
    /// <param name="own">The number of the model itself.</param>
    /// <param name="map">Where the rows come from.</param>
    /// <param name="rows">The tensors with a row for each token; those that the model stores take its place of them.</param>
    /// <param name="aliases">Names that stand for tensors, such as that of a tied head.</param>
    public AlignedSource(
        string title,
        ImmutableArray<CheckpointSource> models,
        int own,
        RowMap map,
        ImmutableArray<AlignedRows> rows,
        IReadOnlyDictionary<string, string> aliases)
        : base(title, TensorsOf(models[own], rows), models[own].Metadata, aliases)
    {
        _title = title;
        _models = models;
        _own = own;
        _map = map;
        _rows = rows;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AffineForm> Arguments => [.. UsedModels().Select(model => AffineForm.Of(_models[model], isVector: false))];

    /// <inheritdoc/>
    public long WorkingBytes => AlignedReader.BytesFor(_rows.Select(rows => rows.RowLength(_map.Rows.Length)).DefaultIfEmpty(0).Max());

    /// <inheritdoc/>
    public override string ToText(Func<CheckpointSource, string> nameOf) => _title;

    /// <inheritdoc/>
    public ComputedSource Prepare(InputResolution resolution)
    {
        CheckpointSource[] models = [.. _models];
        foreach (int model in UsedModels())
        {
            models[model] = resolution.Resolve(models[model], isVector: false);
        }

        return new AlignedSource(_title, [.. models], _own, _map, _rows, Aliases);
    }

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() => new AlignedReader(
        [.. Enumerable.Range(0, _models.Length).Select(model => UsedModels().Contains(model) ? _models[model] : null)],
        _own,
        _map,
        _rows.ToFrozenDictionary(rows => rows.Output.Name, StringComparer.Ordinal));

    /// <inheritdoc/>
    public bool TryFindOrigin(string name, out CheckpointSource source, out TensorInfo tensor)
    {
        source = _models[_own];
        tensor = null!;
        return !_rows.Any(rows => rows.Output.Name == name) && source.TryGetTensor(name, out tensor!);
    }

    /// <inheritdoc/>
    public string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf) => Digest.OfText(
        DigestAlgorithm.Xxh128,
        [.. UsedModels().Select(model => FormattableString.Invariant($"{model} {fingerprintOf(_models[model])}")), FormattableString.Invariant($"{_own} {_map.TokenRows}"), .. _map.ToText()]);

    /// <inheritdoc/>
    protected internal override string ComputeFingerprint() => FingerprintFrom(CheckpointFingerprint.Compute);

    private int[] UsedModels() => [.. _map.Models().Append(_own).Distinct().Order()];

    private static IReadOnlyList<TensorInfo> TensorsOf(CheckpointSource own, ImmutableArray<AlignedRows> rows)
    {
        var outputs = rows.ToDictionary(aligned => aligned.Output.Name, aligned => aligned.Output, StringComparer.Ordinal);
        IEnumerable<TensorInfo> added = rows.Select(aligned => aligned.Output).Where(tensor => !own.TryGetTensor(tensor.Name, out _));
        return [.. own.Tensors.Select(tensor => outputs.GetValueOrDefault(tensor.Name, tensor)), .. added];
    }
}
