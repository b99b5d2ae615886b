using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Arrangement;

/// <summary>Reads arranged tensors where they are stored. Safe for concurrent calls.</summary>
internal sealed class ArrangedReader : ICheckpointReader
{
    private readonly FrozenDictionary<string, TensorOrigin> _origins;
    private readonly Dictionary<CheckpointSource, ICheckpointReader> _readers = [];

    public ArrangedReader(ImmutableArray<CheckpointSource> sources, FrozenDictionary<string, TensorOrigin> origins)
    {
        _origins = origins;
        try
        {
            foreach (CheckpointSource source in sources)
            {
                _readers.Add(source, source.OpenReader());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        TensorOrigin origin = _origins[tensor.Name];
        _readers[origin.Source].Read(origin.Tensor, byteOffset, destination);
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor)
    {
        TensorOrigin origin = _origins[tensor.Name];
        return _readers[origin.Source].Locate(origin.Tensor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ICheckpointReader reader in _readers.Values)
        {
            reader.Dispose();
        }
    }
}
