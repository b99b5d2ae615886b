using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Architectures;

/// <summary>Keys and values of the tokens so far, so that each new token costs one step. Belongs to one batch of sequences.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] _layers;

    internal KeyValueCache(ComputeContext context, int layers, int batch, int capacity, int width)
    {
        Capacity = capacity;
        Batch = batch;
        TensorShape shape = new(batch, capacity, width);
        _layers = [.. Enumerable.Range(0, layers).Select(_ => (context.AllocateUntracked(shape), context.AllocateUntracked(shape)))];
    }

    /// <summary>The most tokens a sequence.</summary>
    public int Capacity { get; }

    /// <summary>The tokens a sequence so far.</summary>
    public int Length { get; private set; }

    /// <summary>The number of sequences.</summary>
    public int Batch { get; }

    /// <summary>Forgets all tokens.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach ((Tensor keys, Tensor values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    /// <summary>Stores the keys and values of new tokens in a layer and gives those of all tokens.</summary>
    internal (Heads Keys, Heads Values) Append(int layer, Heads keys, Heads values)
    {
        (Tensor storedKeys, Tensor storedValues) = _layers[layer];
        return (Append(storedKeys, keys), Append(storedValues, values));
    }

    /// <summary>A cache of several sequences that all begin like the only one of this cache.</summary>
    internal KeyValueCache Repeat(int batch, int capacity)
    {
        (Tensor first, _) = _layers[0];
        int width = first.Size(2);
        var copy = new KeyValueCache(first.Context, _layers.Length, batch, capacity, width) { Length = Length };
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            for (int row = 0; row < batch; row++)
            {
                _layers[layer].Keys.Values[..(Length * width)].CopyTo(copy._layers[layer].Keys.Values[(row * capacity * width)..]);
                _layers[layer].Values.Values[..(Length * width)].CopyTo(copy._layers[layer].Values.Values[(row * capacity * width)..]);
            }
        }

        return copy;
    }

    internal void Advance(int tokens) => Length += tokens;

    private Heads Append(Tensor stored, Heads added)
    {
        int width = stored.Size(2);
        int count = added.Tensor.Size(1);
        int source = added.Tensor.Size(2);
        for (int row = 0; row < Batch * count; row++)
        {
            int target = (((row / count) * Capacity) + Length + (row % count)) * width;
            added.Tensor.Values.Slice((row * source) + added.Offset, width).CopyTo(stored.Values.Slice(target, width));
        }

        return new Heads(stored, added.Count, added.Size, 0, Length + count);
    }
}
