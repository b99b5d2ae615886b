namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// A direction is shared when some pair of tasks shares it: the subspace is the span of what each pair, taken alone, has in common.
/// </summary>
public sealed record SharedByPairs : Sharing
{
    /// <inheritdoc/>
    public override string ToString() => "pairwise";
}
