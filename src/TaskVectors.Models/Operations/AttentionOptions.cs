using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Operations;

/// <summary>Which keys a query sees, and how scores are made.</summary>
public sealed record AttentionOptions
{
    /// <summary>The factor of the scores; null for 1 / sqrt of the head's size.</summary>
    public float? Scale { get; init; }

    /// <summary>Whether a query sees no later key. The last query stands at the last key: fewer queries than keys continue a sequence.</summary>
    public bool IsCausal { get; init; }

    /// <summary>With <see cref="IsCausal"/>: how many keys up to its own a query sees; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>[batch, keys] of 0 (hidden) and 1; null shows all. A query that sees no key sees all alike, as in the reference libraries.</summary>
    public IndexTensor? KeyMask { get; init; }

    /// <summary>Added to the scaled scores: [1 or batch, heads, queries, keys].</summary>
    public Tensor? Bias { get; init; }
}
