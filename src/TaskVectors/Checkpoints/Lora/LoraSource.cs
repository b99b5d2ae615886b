using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// A LoRA adapter as a task vector: by itself, or bound to the base it changes. Its tensors are dense, computed from the factors when they
/// are read, and the factors stay available.
/// </summary>
/// <remarks>
/// By itself, names are the adapter's without <c>base_model.model.</c>, values are F32 (F64 where a tensor of the adapter is), and what
/// needs the base (full copies, DoRA) is listed but cannot be read. <see cref="Bind"/> gives the differences to a base, all of them, in
/// F64.
/// </remarks>
public sealed class LoraSource : CheckpointSource, ILowRankTensors, IBindableTaskVector
{
    private readonly LoraAdapter _adapter;
    private readonly CheckpointSource? _base;
    private readonly FrozenDictionary<string, TensorChange> _changes;

    internal LoraSource(LoraAdapter adapter)
        : this(adapter, null, adapter.Changes, [.. adapter.Changes.Select(Describe)])
    {
    }

    internal LoraSource(LoraAdapter adapter, CheckpointSource pretrained, IReadOnlyList<TensorChange> changes)
        : this(adapter, pretrained, changes, [.. changes.Select(change => change.Base! with { DType = DType.F64 })])
    {
    }

    private LoraSource(LoraAdapter adapter, CheckpointSource? pretrained, IReadOnlyList<TensorChange> changes, IReadOnlyList<TensorInfo> tensors)
        : base(adapter.Path, tensors, MetadataOf(adapter), new Dictionary<string, string>(), adapter.Weights.Files)
    {
        _adapter = adapter;
        _base = pretrained;
        _changes = changes.Zip(tensors).ToFrozenDictionary(pair => pair.Second.Name, pair => pair.First, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Format => LoraConstants.FormatName;

    /// <summary>The tensors whose change can only be computed beside the base, of an adapter that is not bound to one.</summary>
    public IReadOnlyList<string> NeedingBase => _base is null
        ? [.. Tensors.Where(tensor => _changes[tensor.Name].NeedsBase).Select(tensor => tensor.Name)]
        : [];

    /// <inheritdoc/>
    /// <remarks>
    /// Reads headers, and of tensors that the adapter's file copies from its base the values. Names fit as they are, or with one prefix
    /// dropped, added or exchanged throughout (<c>bert.</c>, <c>transformer.</c>, <c>model.</c>), as between a model with a head and one
    /// without. Orientation follows the base's shape, and <c>fan_in_fan_out</c> where a matrix is square.
    /// </remarks>
    public CheckpointSource Bind(CheckpointSource pretrained)
    {
        ArgumentNullException.ThrowIfNull(pretrained);
        return new LoraSource(_adapter, pretrained, new LoraBinding(_adapter, pretrained).Changes());
    }

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() => new LoraReader(new ChangeReader(_adapter, _base), ChangeOf);

    /// <inheritdoc/>
    public bool TryGetRank(string tensor, out int rank)
    {
        rank = _changes.TryGetValue(tensor, out TensorChange? change) && change.IsLowRank ? change.Module!.Rank : 0;
        return rank > 0;
    }

    /// <summary>How the factors of a tensor lie in it; <see langword="null"/> where it is no product of factors.</summary>
    internal LoraLayerKind? KindOf(string tensor) => TryGetRank(tensor, out _) ? _changes[tensor].Module!.Kind : null;

    /// <inheritdoc/>
    public bool TryGetFactors(string tensor, [NotNullWhen(true)] out LowRankFactors? factors)
    {
        factors = null;
        if (!TryGetRank(tensor, out _))
        {
            return false;
        }

        using var reader = new ChangeReader(_adapter, pretrained: null);
        factors = reader.Factors(_changes[tensor].Module!);
        return true;
    }

    private static TensorInfo Describe(TensorChange change) => new(change.Name, change.IsDouble ? DType.F64 : DType.F32, change.Shape);

    private static Dictionary<string, string> MetadataOf(LoraAdapter adapter)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TaskVectorMetadata.KindKey] = TaskVectorMetadata.TaskVectorKind,
            [TaskVectorMetadata.PartialKey] = "true",
        };
        AddOrigin(metadata, adapter.Weights.Metadata);
        if (adapter.Config.BaseName is { } name)
        {
            metadata[TaskVectorMetadata.BaseNameKey] = name;
        }

        return metadata;
    }

    // An adapter that this program wrote records its base as other task vectors do.
    private static void AddOrigin(Dictionary<string, string> metadata, IReadOnlyDictionary<string, string> weights)
    {
        foreach (string key in TaskVectorMetadata.BaseKeys.Append(TaskVectorMetadata.ExpressionKey))
        {
            if (weights.TryGetValue(key, out string? value))
            {
                metadata[key] = value;
            }
        }

        if (!metadata.ContainsKey(TaskVectorMetadata.BaseFingerprintKey))
        {
            metadata[TaskVectorMetadata.BaseCheckKey] = TaskVectorMetadata.NamesAndShapes;
        }
    }

    private TensorChange ChangeOf(TensorInfo tensor) =>
        TryGetTensor(tensor.Name, out TensorInfo? known) && known == tensor
            ? _changes[tensor.Name]
            : throw new ArgumentException($"{Path} holds no tensor {QuotedName.Of(tensor.Name)} of that dtype and shape.", nameof(tensor));
}
