using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>
/// What T5's decoder needs of the source, worked out once, and the keys and values of the tokens said so far, so that each new token costs one
/// step. Belongs to one batch of sources.
/// </summary>
public sealed class T5Cache : IDisposable
{
    private readonly (Heads Keys, Heads Values)[] _source;

    internal T5Cache(KeyValueCache said, IndexTensor? mask, (Heads Keys, Heads Values)[] source)
    {
        Said = said;
        Mask = mask;
        _source = source;
    }

    /// <summary>The tokens of a sequence so far, the start token counted.</summary>
    public int Length => Said.Length;

    internal KeyValueCache Said { get; }

    /// <summary>Which tokens of the source are no padding.</summary>
    internal IndexTensor? Mask { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Said.Dispose();
        foreach ((Heads keys, Heads values) in _source)
        {
            keys.Tensor.Dispose();
            values.Tensor.Dispose();
        }
    }

    /// <summary>The keys and values of the source in a layer.</summary>
    internal (Heads Keys, Heads Values) SourceOf(int layer) => _source[layer];
}
