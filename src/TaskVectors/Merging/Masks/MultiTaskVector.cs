namespace TaskVectors.Merging.Masks;

/// <summary>What masks are laid over.</summary>
internal enum MultiTaskVector
{
    /// <summary>The sum of the task vectors.</summary>
    Sum,

    /// <summary>The sum that TIES makes: trimmed over the whole vector, of what has the elected sign.</summary>
    Ties,
}
