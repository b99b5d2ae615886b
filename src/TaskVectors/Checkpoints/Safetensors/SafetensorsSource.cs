using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// A safetensors checkpoint, one file or several shards, whose headers have been read.
/// </summary>
/// <remarks>
/// <see cref="CheckpointSource.Tensors"/> are in storage order: shards by name, offsets ascending. The metadata of shards are joined; where
/// two differ the first shard's value holds. A metadata entry <c>removed-name: kept-name</c>, where the first is no stored tensor and
/// the second is one, is how the reference library records tied weights, and becomes an alias.
/// </remarks>
public sealed class SafetensorsSource : CheckpointSource
{
    private readonly Dictionary<string, (int Shard, long Offset)> _places;

    /// <summary>Creates a source from headers that agree: no name is in two of them.</summary>
    internal SafetensorsSource(string path, IReadOnlyList<SafetensorsHeader> headers)
        : base(
            path,
            [.. headers.SelectMany(header => header.Tensors).Select(placed => placed.Tensor)],
            JoinMetadata(headers),
            FindAliases(headers),
            [.. headers.Select(header => new StoredFile(header.File, header.FileLength))])
    {
        Headers = headers;
        _places = new Dictionary<string, (int Shard, long Offset)>(Tensors.Count, StringComparer.Ordinal);
        for (int shard = 0; shard < headers.Count; shard++)
        {
            foreach (var (tensor, offset) in headers[shard].Tensors)
            {
                _places.Add(tensor.Name, (shard, offset));
            }
        }
    }

    /// <inheritdoc/>
    public override string Format => SafetensorsFormat.FormatName;

    /// <summary>The headers, one a file, in the order of <see cref="CheckpointSource.Files"/>.</summary>
    public IReadOnlyList<SafetensorsHeader> Headers { get; }

    /// <inheritdoc/>
    public override ICheckpointReader OpenReader() => new SafetensorsReader(this);

    /// <summary>Which file a tensor is in and where.</summary>
    /// <exception cref="ArgumentException">The tensor is not one of this source.</exception>
    internal (int Shard, long Offset, long Length) Locate(TensorInfo tensor) =>
        TryGetTensor(tensor.Name, out var known) && known == tensor
            ? (_places[tensor.Name].Shard, _places[tensor.Name].Offset, known.ByteCount)
            : throw new ArgumentException($"{Path} holds no tensor {QuotedName.Of(tensor.Name)} of that dtype and shape.", nameof(tensor));

    private static Dictionary<string, string> JoinMetadata(IReadOnlyList<SafetensorsHeader> headers)
    {
        var joined = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in headers.SelectMany(header => header.Metadata))
        {
            _ = joined.TryAdd(key, value);
        }

        return joined;
    }

    private static Dictionary<string, string> FindAliases(IReadOnlyList<SafetensorsHeader> headers)
    {
        var stored = headers.SelectMany(header => header.Tensors).Select(placed => placed.Tensor.Name).ToHashSet(StringComparer.Ordinal);
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in headers.SelectMany(header => header.Metadata))
        {
            if (!stored.Contains(key) && stored.Contains(value))
            {
                _ = aliases.TryAdd(key, value);
            }
        }

        return aliases;
    }
}
