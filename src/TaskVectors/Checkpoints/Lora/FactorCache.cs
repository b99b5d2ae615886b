namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Keeps the factors that were used last in memory, up to <see cref="Capacity"/> bytes (one pair of factors at least). Safe for concurrent
/// use; a pair that several threads ask for is loaded once.
/// </summary>
internal sealed class FactorCache(Func<LoraModule, LowRankFactors> load, long capacity = FactorCache.Capacity)
{
    /// <summary>The bytes kept: the factors of a few large modules.</summary>
    public const long Capacity = 128L << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<LoraModule, LinkedListNode<Entry>> _entries = [];
    private long _bytes;

    /// <summary>The factors of a module, loaded if need be.</summary>
    public LowRankFactors Get(LoraModule module)
    {
        Lazy<LowRankFactors> factors;
        lock (_lock)
        {
            if (_entries.TryGetValue(module, out LinkedListNode<Entry>? node))
            {
                _byUse.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Entry>(new Entry(module, new Lazy<LowRankFactors>(() => load(module))));
                _entries.Add(module, node);
                _bytes += module.FactorBytes;
            }

            _byUse.AddFirst(node);
            Evict();
            factors = node.Value.Factors;
        }

        return factors.Value;
    }

    private void Evict()
    {
        while (_bytes > capacity && _byUse.Count > 1)
        {
            LoraModule oldest = _byUse.Last!.Value.Module;
            _byUse.RemoveLast();
            _ = _entries.Remove(oldest);
            _bytes -= oldest.FactorBytes;
        }
    }

    private sealed record Entry(LoraModule Module, Lazy<LowRankFactors> Factors);
}
