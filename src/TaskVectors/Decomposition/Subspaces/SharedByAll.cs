namespace TaskVectors.Decomposition.Subspaces;

/// <summary>A direction is shared when all tasks have it.</summary>
public sealed record SharedByAll : Sharing
{
    /// <inheritdoc/>
    public override string ToString() => "all";
}
