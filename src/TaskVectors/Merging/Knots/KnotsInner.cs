namespace TaskVectors.Merging.Knots;

/// <summary>What KnOTS does in the common basis.</summary>
internal enum KnotsInner
{
    /// <summary>Adds the tasks.</summary>
    Linear,

    /// <summary>Trims, elects signs and merges the entries that agree (TIES).</summary>
    Ties,
}
